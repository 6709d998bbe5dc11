package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Damage to what was acknowledged stops a node: it never starts with less than it promised (HAZARDS E1, E3, E11). */
class DamagedStoreTest {
    private static final long LAST = 6;

    @TempDir
    Path parent;

    private interface Damage {
        void to(LogDatabase database) throws RocksDBException;
    }

    private Path directory() {
        return parent.resolve("raft");
    }

    @BeforeEach
    void writeALog() {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(Stores.append(Stores.epoch(index), Stores.command(index, index, 50))));
            }
        }
    }

    private void damage(Damage damage) throws Exception {
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            damage.to(database);
        }
    }

    private void assertRefused(String found) {
        assertThatThrownBy(() -> Stores.open(directory()))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(directory().toString(), found, "Expected: the complete log",
                        "Keep this directory as it is",
                        "all of the node's data directory", "While another voter is down or behind, do not");
    }

    private static byte[] entry(LogDatabase database, long index) throws RocksDBException {
        return database.db().get(database.log(), EntryCodec.key(index));
    }

    @Test
    void aFlippedBitInAnEntryIsRefused() throws Exception {
        damage(database -> {
            byte[] value = entry(database, 4);
            value[30] ^= 1;
            database.db().put(database.log(), EntryCodec.key(4), value);
        });
        assertRefused("log entry 4 does not match its checksum");
    }

    @Test
    void aFlippedBitInTheLastEntryIsRefusedToo() throws Exception {
        damage(database -> {
            byte[] value = entry(database, LAST);
            value[30] ^= 1;
            database.db().put(database.log(), EntryCodec.key(LAST), value);
        });
        assertRefused("log entry 6 does not match its checksum");
    }

    @Test
    void aFlippedBitInAnEntryIsNoticedByAReaderOfARunningNode() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.read(4, 4, Stores.NO_LIMIT)).hasSize(1);
        }
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            byte[] value = entry(database, 4);
            value[30] ^= 1;
            database.db().put(database.log(), EntryCodec.key(4), value);
            LogReader reader = new LogReader(directory(), database, 0);

            assertThat(reader.read(2, 3, Stores.NO_LIMIT)).hasSize(2);
            assertThatThrownBy(() -> reader.read(2, 6, Stores.NO_LIMIT)).isInstanceOf(StorageException.class)
                    .hasMessageContainingAll(directory().toString(), "log entry 4 does not match its checksum");
            database.db().delete(database.log(), EntryCodec.key(4));
            assertThatThrownBy(() -> reader.read(2, 6, Stores.NO_LIMIT))
                    .hasMessageContaining("log entry 5 where 4 must be");
        }
    }

    @Test
    void anEntryMissingInTheMiddleIsRefused() throws Exception {
        damage(database -> database.db().delete(database.log(), EntryCodec.key(4)));
        assertRefused("log entry 5 where 4 must follow");
    }

    @Test
    void theFirstEntryMissingIsRefused() throws Exception {
        damage(database -> database.db().delete(database.log(), EntryCodec.key(1)));
        assertRefused("log entry 2 where 1 must follow");
    }

    @Test
    void theLastEntryMissingIsRefused() throws Exception {
        damage(database -> database.db().delete(database.log(), EntryCodec.key(LAST)));
        assertRefused("a log that ends at index 5 in epoch 5, where index 6 in epoch 6 was acknowledged");
    }

    @Test
    void anEpochThatFallsIsRefused() throws Exception {
        damage(database -> database.db().put(
                database.log(), EntryCodec.key(5), EntryCodec.value(Stores.command(5, 3, "old"))));
        assertRefused("log entry 5 of epoch 3 after one of epoch 4");
    }

    @Test
    void aStoredEpochBelowThatOfTheLogIsRefused() throws Exception {
        damage(database -> database.db().put(
                database.meta(), MetaKey.HARD_STATE.bytes(), MetaCodec.hardState(Stores.epoch(5))));
        assertRefused("epoch 5 stored beside a log of epoch 6, so that this node may have forgotten a vote");
    }

    @Test
    void anyMissingRecordIsRefused() throws Exception {
        for (MetaKey key : EnumSet.complementOf(EnumSet.of(MetaKey.LOG_BASE, MetaKey.INSTALLING))) {
            byte[][] kept = new byte[1][];
            damage(database -> {
                kept[0] = database.db().get(database.meta(), key.bytes());
                database.db().delete(database.meta(), key.bytes());
            });
            assertRefused("no record \"" + key + "\"");
            damage(database -> database.db().put(database.meta(), key.bytes(), kept[0]));
        }
        Stores.open(directory()).close();
    }

    @Test
    void aFlippedBitInTheVoteIsRefused() throws Exception {
        damage(database -> {
            byte[] stored = database.db().get(database.meta(), MetaKey.HARD_STATE.bytes());
            stored[3] ^= 1;
            database.db().put(database.meta(), MetaKey.HARD_STATE.bytes(), stored);
        });
        assertRefused("the record \"hard-state\" does not match its checksum");
    }

    @Test
    void aLostColumnFamilyIsRefused() throws Exception {
        damage(database -> database.db().dropColumnFamily(database.meta()));
        assertRefused("[default, log]");
    }

    @Test
    void anotherFirstEntryIsRefused() throws Exception {
        damage(database -> database.db().put(database.log(), EntryCodec.key(1), EntryCodec.value(
                new Entry(1, 0, EntryKind.CONFIGURATION, 0, Stores.voters("a", "b", "x").encode()))));
        assertRefused("a first log entry that is not the one");
    }

    @Test
    void anEmptiedLogIsRefused() throws Exception {
        damage(database -> {
            for (long index = 1; index <= LAST; index++) {
                database.db().delete(database.log(), EntryCodec.key(index));
            }
        });
        assertRefused("a log that ends at index 0 in epoch 0, where index 6");
    }

    @Test
    void anEntryOfANewerFormatIsNotCalledDamage() throws Exception {
        byte[] value = EntryCodec.value(Stores.command(4, 4, "x"));
        value[0] = 2;
        TestRecords.reseal(4, value);
        damage(database -> database.db().put(database.log(), EntryCodec.key(4), value));
        assertThatThrownBy(() -> Stores.open(directory())).isInstanceOf(StorageException.class)
                .hasMessageContainingAll("log entry 4 in format 2", "written by a newer version",
                        "Start this node with");
    }

    @Test
    void aDatabaseDirectoryThatLostItsFilesIsNotFormattedAnew() throws Exception {
        try (var files = Files.list(directory().resolve(DataDirectory.DATABASE))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertRefused("a database with the column families []");
    }

    @Test
    void aLostWriteAheadLogIsRefused() throws Exception {
        try (var files = Files.list(directory().resolve(DataDirectory.DATABASE))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.delete(file);
            }
        }
        assertRefused("a database whose write-ahead log (*.log) is gone");
    }

    @Test
    void aLostTableFileIsRefused() throws Exception {
        // The open flushes what the write-ahead log held, so that there are table files to lose.
        Stores.open(directory()).close();
        List<Path> tables;
        try (var files = Files.list(directory().resolve(DataDirectory.DATABASE))) {
            tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
        }
        assertThat(tables).isNotEmpty();
        Files.delete(tables.getLast());
        assertThatThrownBy(() -> Stores.open(directory())).isInstanceOf(StorageException.class)
                .hasMessageContainingAll(directory().toString(), "Keep this directory as it is");
    }
}
