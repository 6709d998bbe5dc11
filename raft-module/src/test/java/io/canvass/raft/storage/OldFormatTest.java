package io.canvass.raft.storage;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.StoredState.EpochStart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A directory that the version before bases has written: {@code format-1.zip}, with entries 2 to 6 of half their
 * index's epoch, started once.
 */
class OldFormatTest {
    private static final long LAST = 6;

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    @BeforeEach
    void unpack() throws Exception {
        try (InputStream packed = Objects.requireNonNull(getClass().getResourceAsStream("/storage/format-1.zip"));
                ZipInputStream zip = new ZipInputStream(packed)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = directory().resolve(entry.getName());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.copy(zip, file);
            }
        }
    }

    private StoredMeta meta() throws Exception {
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            return StoredMeta.read(database);
        }
    }

    private static Entry[] entries() {
        Entry[] entries = new Entry[(int) LAST];
        entries[0] = Stores.bootstrapEntry();
        for (int index = 2; index <= LAST; index++) {
            entries[index - 1] = Stores.command(index, index / 2, "old");
        }
        return entries;
    }

    @Test
    void itOpensAsBeforeAndStaysOfItsFormat() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(4)).isEqualTo(new StoredState(2, Stores.epoch(3), null,
                    List.of(new EpochStart(0, 1), new EpochStart(1, 2), new EpochStart(2, 4), new EpochStart(3, 6)),
                    LAST, List.of(Stores.bootstrapEntry()), 4));
            assertThat(Stores.logOf(store, LAST)).containsExactly(entries());
            store.write(List.of(Stores.append(Stores.epoch(4), Stores.command(7, 4, "new"))));
        }
        assertThat(meta().format().number()).isEqualTo(StoreFormat.WHOLE_LOG);
    }

    @Test
    void itTakesABaseAndIsOfTheNewFormatThen() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(3), Stores.base(4, 2))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(4).base()).isEqualTo(Stores.base(4, 2));
            assertThat(store.read(5, LAST, Stores.NO_LIMIT)).hasSize(2);
        }
        assertThat(meta().format().number()).isEqualTo(StoreFormat.LOG_WITH_BASE);
    }

    @Test
    void itTakesTheNoteOfASnapshotAndIsOfTheNewFormatThen() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.installing(Stores.base(20, 3));
        }
        assertThat(meta().format().number()).isEqualTo(StoreFormat.LOG_WITH_BASE);
        assertThat(meta().installing()).isEqualTo(Stores.base(20, 3));
        assertThat(meta().base()).isNull();
    }

    /** So an older version can take back what this one has formatted, until there is a base. */
    @Test
    void aNewDirectoryHasTheRecordsOfTheOldFormatAndNoMore() throws Exception {
        Path fresh = parent.resolve("fresh");
        Stores.open(fresh).close();
        try (LogDatabase database = LogDatabase.open(fresh.resolve(DataDirectory.DATABASE));
                var records = database.db().newIterator(database.meta())) {
            EnumSet<MetaKey> found = EnumSet.noneOf(MetaKey.class);
            int count = 0;
            for (records.seekToFirst(); records.isValid(); records.next()) {
                count++;
                for (MetaKey key : MetaKey.values()) {
                    if (Arrays.equals(key.bytes(), records.key())) {
                        found.add(key);
                    }
                }
            }
            assertThat(found).isEqualTo(EnumSet.complementOf(EnumSet.of(MetaKey.LOG_BASE, MetaKey.INSTALLING)));
            assertThat(count).isEqualTo(found.size());
            assertThat(MetaCodec.format(database.db().get(database.meta(), MetaKey.FORMAT.bytes())).number())
                    .isEqualTo(StoreFormat.WHOLE_LOG);
        }
    }
}
