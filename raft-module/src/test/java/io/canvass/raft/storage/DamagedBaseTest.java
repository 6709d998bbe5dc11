package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Damage where a log begins stops a node as any other damage does (HAZARDS E1, E3). */
class DamagedBaseTest {
    private static final long LAST = 6;

    @TempDir
    Path parent;

    private interface Damage {
        void to(LogDatabase database) throws RocksDBException;
    }

    private Path directory() {
        return parent.resolve("raft");
    }

    /** Begins after 3 of epoch 3; holds 4 to 6, each of its own epoch. */
    @BeforeEach
    void writeALogThatBeginsLater() {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(Stores.append(Stores.epoch(index), Stores.command(index, index, 50))));
            }
            store.write(List.of(Stores.compact(Stores.epoch(LAST), Stores.base(3, 3))));
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
                        "Keep this directory as it is", "While another voter is down or behind, do not");
    }

    private static void put(LogDatabase database, MetaKey key, byte[] value) throws RocksDBException {
        database.db().put(database.meta(), key.bytes(), value);
    }

    @Test
    void anyMissingRecordIsRefused() throws Exception {
        for (MetaKey key : MetaKey.values()) {
            byte[][] kept = new byte[1][];
            damage(database -> {
                kept[0] = database.db().get(database.meta(), key.bytes());
                database.db().delete(database.meta(), key.bytes());
            });
            assertRefused("no record \"" + key + "\"");
            damage(database -> put(database, key, kept[0]));
        }
        Stores.open(directory()).close();
    }

    @Test
    void aFlippedBitInTheBaseIsRefused() throws Exception {
        damage(database -> {
            byte[] stored = database.db().get(database.meta(), MetaKey.LOG_BASE.bytes());
            stored[7] ^= 1;
            put(database, MetaKey.LOG_BASE, stored);
        });
        assertRefused("the record \"log-base\" does not match its checksum");
    }

    @Test
    void aFlippedBitInTheNoteOfAnInstallationIsRefused() throws Exception {
        damage(database -> {
            byte[] stored = database.db().get(database.meta(), MetaKey.INSTALLING.bytes());
            stored[0] ^= 1;
            put(database, MetaKey.INSTALLING, stored);
        });
        assertRefused("the record \"installing\" does not match its checksum");
    }

    @Test
    void aBaseThatIsTooLowIsRefused() throws Exception {
        damage(database -> put(database, MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, Stores.base(2, 2))));
        assertRefused("log entry 4 where 3 must follow");
    }

    @Test
    void aBaseThatIsTooHighIsRefused() throws Exception {
        damage(database -> put(database, MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, Stores.base(4, 4))));
        assertRefused("log entry 4 in a log that begins after index 4");
    }

    @Test
    void aBaseOfAHigherEpochThanTheFirstEntryIsRefused() throws Exception {
        damage(database -> put(database, MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, Stores.base(3, 5))));
        assertRefused("log entry 4 of epoch 4 after one of epoch 5");
    }

    @Test
    void aBaseThatIsSaidNotToBeIsRefused() throws Exception {
        damage(database -> put(database, MetaKey.LOG_BASE, MetaCodec.noBase(MetaKey.LOG_BASE)));
        assertRefused("log entry 4 where 1 must follow");
    }

    @Test
    void anEntryThatWasDroppedAndIsThereAgainIsRefused() throws Exception {
        for (long index : new long[] {1, 3}) {
            damage(database -> database.db().put(database.log(), EntryCodec.key(index),
                    EntryCodec.value(Stores.command(index, index, "again"))));
            assertRefused("log entry " + index + " in a log that begins after index 3");
            damage(database -> database.db().delete(database.log(), EntryCodec.key(index)));
        }
        Stores.open(directory()).close();
    }

    @Test
    void aLostLogAfterTheBaseIsRefused() throws Exception {
        damage(database -> {
            for (long index = 4; index <= LAST; index++) {
                database.db().delete(database.log(), EntryCodec.key(index));
            }
        });
        assertRefused("a log that ends at index 3 in epoch 3, where index 6 in epoch 6 was acknowledged");
    }

    @Test
    void aStoredEpochBelowThatOfTheBaseIsRefused() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(LAST), Stores.base(LAST, LAST))));
        }
        damage(database -> put(database, MetaKey.HARD_STATE, MetaCodec.hardState(Stores.epoch(5))));
        assertRefused("epoch 5 stored beside a log of epoch 6, so that this node may have forgotten a vote");
    }

    @Test
    void aNoteOfAnInstallationThatTheBaseHasReachedIsRefused() throws Exception {
        damage(database -> put(
                database, MetaKey.INSTALLING, MetaCodec.base(MetaKey.INSTALLING, Stores.base(3, 3))));
        assertRefused("a note that a snapshot up to index 3 is to be installed, beside a log that begins after"
                + " index 3");
    }

    @Test
    void aBaseInADirectoryOfTheFormatWithoutBasesIsRefused() throws Exception {
        damage(database -> put(
                database, MetaKey.FORMAT, MetaCodec.format(StoreFormat.of(StoreFormat.WHOLE_LOG))));
        assertRefused("a record \"log-base\" in a directory of format 1, which has none");
    }
}
