package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.RocksDB;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Each refusal names the directory, what was found, what was expected, and what to do. */
class RefusedDirectoryTest {
    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    private void format() {
        Stores.open(directory()).close();
    }

    private void assertRefused(Formation formation, String... parts) {
        assertThatThrownBy(() -> RocksRaftStore.open(directory(), formation))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(directory().toString())
                .hasMessageContainingAll("Found: ", "Expected: ")
                .hasMessageContainingAll(parts);
    }

    /** A refusal neither counts a start nor keeps the lock. */
    private void assertUntouched() {
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).boot()).isEqualTo(2);
        }
    }

    @Test
    void theDirectoryOfAnotherNodeIsRefused() {
        format();
        assertRefused(Formation.founding("b", Stores.CLUSTER, true, Stores.voters("a", "b", "c")),
                "node \"a\"", "node \"b\"", "its own directory");
        assertUntouched();
    }

    @Test
    void theDirectoryOfAnotherClusterIsRefused() {
        format();
        UUID other = new UUID(8, 8);
        assertRefused(Formation.founding("a", other, true, Stores.voters("a", "b", "c")),
                Stores.CLUSTER.toString(), other.toString(), "Correct the configured cluster id");
        assertUntouched();
    }

    @Test
    void aClusterIdThatNobodyChoseYieldsToTheStoredOne() {
        format();
        Formation derived = Formation.founding("a", new UUID(8, 8), false, Stores.voters("a", "b", "c"));
        try (RocksRaftStore store = RocksRaftStore.open(directory(), derived)) {
            assertThat(store.identity().clusterId()).isEqualTo(Stores.CLUSTER);
        }
    }

    @Test
    void theMembersOfAFormattedDirectoryAreNotComparedWithTheList() {
        format();
        Formation others = Formation.founding("a", Stores.CLUSTER, true, Stores.voters("a", "b", "d", "e"));
        try (RocksRaftStore store = RocksRaftStore.open(directory(), others)) {
            assertThat(store.bootstrap()).isEqualTo(Stores.voters("a", "b", "c"));
            assertThat(store.recovered(0).configurations()).containsExactly(Stores.bootstrapEntry());
        }
    }

    @Test
    void aNewerFormatIsRefusedWithTheVersionThatWroteIt() throws Exception {
        format();
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            database.db().put(database.meta(), MetaKey.FORMAT.bytes(),
                    MetaCodec.format(new StoreFormat(4, "Canvass 9.1")));
        }
        assertRefused(Stores.formation(), "newer format, 4, written by Canvass 9.1", "Start this node with");
    }

    @Test
    void aNewerFormatWithAColumnFamilyMoreIsRefusedWithTheVersionThatWroteIt() throws Exception {
        format();
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            database.db().createColumnFamily(new ColumnFamilyDescriptor("more".getBytes(UTF_8))).close();
            database.db().put(database.meta(), MetaKey.FORMAT.bytes(),
                    MetaCodec.format(new StoreFormat(4, "Canvass 9.1")));
        }
        assertRefused(Stores.formation(), "newer format, 4, written by Canvass 9.1", "Start this node with");
    }

    @Test
    void aDirectoryThatIsOpenInThisProcessIsRefusedAndStaysLocked() {
        try (RocksRaftStore store = Stores.open(directory())) {
            assertRefused(Stores.formation(), "open in this very process");
            assertRefused(Stores.formation(), "open in this very process");
            assertThat(store.recovered(0).boot()).isEqualTo(1);
        }
        assertUntouched();
    }

    @Test
    void aLinkToAnOpenDirectoryIsRefusedToo() throws Exception {
        Path link = parent.resolve("link");
        try (RocksRaftStore store = Stores.open(directory())) {
            Files.createSymbolicLink(link, directory());
            assertThatThrownBy(() -> RocksRaftStore.open(link, Stores.formation()))
                    .isInstanceOf(StorageException.class).hasMessageContaining("open in this very process");
            assertThat(store.recovered(0).boot()).isEqualTo(1);
        }
    }

    @Test
    void aDirectoryThatAnotherProcessHasOpenIsRefusedUntilThatProcessIsGone() throws Exception {
        try (StoreProcess other = StoreProcess.start(StoreProcess.Task.HOLD, directory())) {
            other.awaitLine(StoreProcess.OPEN);
            assertRefused(Stores.formation(), "another running process", "process id " + other.pid(),
                    "Stop that process");
            other.kill();
        }
        assertUntouched();
    }

    @Test
    void aPathBelowARegularFileIsRefused() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "x");
        Path below = file.resolve("raft");
        assertThatThrownBy(() -> RocksRaftStore.open(below, Stores.formation()))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(below.toString(), "its parent " + file, "is not a directory");
    }

    @Test
    void aMissingParentIsRefusedRatherThanCreated() {
        Path below = parent.resolve("missing").resolve("raft");
        assertThatThrownBy(() -> RocksRaftStore.open(below, Stores.formation()))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(below.toString(), "check that the volume is mounted");
        assertThat(parent.resolve("missing")).doesNotExist();
    }

    @Test
    void aRegularFileIsRefused() throws Exception {
        Files.writeString(directory(), "x");
        assertRefused(Stores.formation(), "Found: a file", "Expected: a directory");
    }

    @Test
    void aDirectoryThatMayNotBeWrittenToIsRefused() throws Exception {
        Files.createDirectory(directory());
        boolean restricted = directory().toFile().setWritable(false) && !Files.isWritable(directory());
        assumeTrue(restricted, "this user may write anywhere");
        assertRefused(Stores.formation(), "may not write to");
    }

    @Test
    void foreignFilesAreRefusedAndKept() throws Exception {
        Files.createDirectory(directory());
        Path precious = Files.writeString(directory().resolve("precious.txt"), "mine");
        assertRefused(Stores.formation(), "precious.txt", "has not written", "empty directory");
        assertThat(precious).hasContent("mine");
    }

    @Test
    void aForeignDatabaseIsRefused() throws Exception {
        RocksLibrary.load();
        Files.createDirectory(directory());
        RocksDB.open(directory().resolve(DataDirectory.DATABASE).toString()).close();
        assertRefused(Stores.formation(), "[default]", "[default, log, meta]");
    }

    @Test
    void aFileInPlaceOfTheDatabaseIsRefused() throws Exception {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve(DataDirectory.DATABASE), "x");
        assertRefused(Stores.formation(), "files that Canvass has not written: db");
    }

    @Test
    void whatAFileSystemPutsAtItsRootIsNotForeign() throws Exception {
        Files.createDirectories(directory().resolve("lost+found"));
        format();
        assertUntouched();
    }
}
