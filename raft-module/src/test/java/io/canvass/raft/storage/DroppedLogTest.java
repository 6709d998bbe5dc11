package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.StoredState.EpochStart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A log that begins later. */
class DroppedLogTest {
    private static final long LAST = 8;

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    /** Entries 2 to 8, two of each epoch from 1 on; 5 is a configuration. */
    @BeforeEach
    void writeALog() {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(Stores.append(Stores.epoch(index / 2), entry(index))));
            }
        }
    }

    private static Entry entry(long index) {
        return index == 5
                ? new Entry(5, 2, EntryKind.CONFIGURATION, 0, Stores.voters("c", "b", "a").encode())
                : Stores.command(index, index / 2, "entry");
    }

    private static StoredState state(long boot, LogBase base, List<EpochStart> epochs, long last, List<Entry> changes,
            long applied) {
        return new StoredState(boot, Stores.epoch(4), base, epochs, last, changes, applied);
    }

    @Test
    void theLogBeginsAfterItsBaseAlsoAfterAReopen() {
        LogBase base = Stores.base(4, 2);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(4), base)));
            assertThat(store.read(5, LAST, Stores.NO_LIMIT)).containsExactly(entry(5), entry(6), entry(7), entry(8));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(6)).isEqualTo(state(3, base,
                    List.of(new EpochStart(2, 5), new EpochStart(3, 6), new EpochStart(4, 8)), LAST,
                    List.of(entry(5)), 6));
            assertThat(store.read(5, LAST, Stores.NO_LIMIT)).containsExactly(entry(5), entry(6), entry(7), entry(8));
        }
    }

    @Test
    void aLogOfWhichAllIsDroppedGoesOnAfterItsBase() {
        LogBase base = Stores.base(LAST, 4);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(4), base)));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(LAST)).isEqualTo(state(3, base, List.of(), LAST, List.of(), LAST));
            store.write(List.of(Stores.append(Stores.epoch(4), Stores.command(9, 4, "more"))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(LAST)).isEqualTo(
                    state(4, base, List.of(new EpochStart(4, 9)), 9, List.of(), LAST));
            assertThat(store.read(9, 9, 1)).containsExactly(Stores.command(9, 4, "more"));
        }
    }

    @Test
    void aSnapshotReplacesTheWholeLog() {
        LogBase base = Stores.base(6, 4);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.replace(Stores.epoch(4), base)));
            assertThat(store.read(6, 7, 1)).isEmpty();
            assertThatThrownBy(() -> store.read(7, 7, 1)).hasMessageContaining("the log ends before it");
            store.write(List.of(Stores.append(Stores.epoch(4), Stores.command(7, 4, "new"))));
            assertThat(store.read(7, 7, 1)).containsExactly(Stores.command(7, 4, "new"));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(6)).isEqualTo(
                    state(3, base, List.of(new EpochStart(4, 7)), 7, List.of(), 6));
        }
    }

    @Test
    void aReadAtOrBelowTheBaseIsEmptyWhichIsNoDamage() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(4), Stores.base(4, 2))));
            assertThat(store.read(1, LAST, Stores.NO_LIMIT)).isEmpty();
            assertThat(store.read(4, 4, 1)).isEmpty();
            assertThat(store.read(5, 5, 1)).containsExactly(entry(5));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.read(4, LAST, Stores.NO_LIMIT)).isEmpty();
        }
    }

    /** The entries are gone a moment before the reader is told: the stored base tells then. */
    @Test
    void aReaderThatWasNotToldOfTheBaseYetIsNotMisled() throws Exception {
        for (LogBase base : List.of(Stores.base(4, 2), Stores.base(LAST, 4))) {
            try (RocksRaftStore store = Stores.open(directory())) {
                store.write(List.of(Stores.compact(Stores.epoch(4), base)));
            }
            try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
                LogReader untold = new LogReader(directory(), database, 0);
                assertThat(untold.read(2, LAST, Stores.NO_LIMIT)).isEmpty();
                assertThatThrownBy(() -> untold.read(9, 9, 1)).isInstanceOf(StorageException.class);
            }
        }
    }

    @Test
    void aStateMachineThatIsBehindTheBaseIsRefused() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(4), Stores.base(4, 2))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(4).appliedIndex()).isEqualTo(4);
            assertThatThrownBy(() -> store.recovered(3)).isInstanceOf(StorageException.class)
                    .hasMessageContainingAll(directory().toString(), "a log that begins after index 4",
                            "up to index 3 only", "The state was lost", "put it back",
                            "kvctl heal --data-dir " + directory().getParent() + " ");
            assertThatThrownBy(() -> store.recovered(LAST + 1)).hasMessageContaining("ends at index 8");
        }
    }

    @Test
    void theMembersAreThoseOfTheBaseIfTheLogHasNoneAfterItWhateverTheListSays() {
        LogBase base = new LogBase(new LogPosition(4, 20), Stores.voters("a", "b", "d"));
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.replace(Stores.epoch(4), base)));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(20).base()).isEqualTo(base);
            assertThat(store.recovered(20).configurations()).isEmpty();
            assertThat(store.bootstrap()).isEqualTo(Stores.voters("a", "b", "c"));
        }
    }

    @Test
    void aBaseIsOneSync() {
        try (RocksRaftStore store = Stores.open(directory())) {
            long before = store.walSyncs();
            store.write(List.of(Stores.append(Stores.epoch(4), Stores.command(9, 4, "x")),
                    Stores.compact(Stores.epoch(4), Stores.base(4, 2))));
            assertThat(store.walSyncs()).isEqualTo(before + 1);
        }
    }

    @Test
    void theFormatRisesWithTheFirstBaseAndNotBefore() throws Exception {
        assertThat(storedFormat()).isEqualTo(StoreFormat.WHOLE_LOG);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.append(Stores.epoch(5), Stores.command(9, 5, "x"))));
        }
        assertThat(storedFormat()).isEqualTo(StoreFormat.WHOLE_LOG);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(5), Stores.base(2, 1))));
        }
        assertThat(storedFormat()).isEqualTo(StoreFormat.LOG_WITH_BASE);
    }

    private int storedFormat() throws Exception {
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            int format = MetaCodec.format(meta(database, MetaKey.FORMAT)).number();
            for (MetaKey key : List.of(MetaKey.LOG_BASE, MetaKey.INSTALLING)) {
                assertThat(meta(database, key) != null).isEqualTo(format == StoreFormat.LOG_WITH_BASE);
            }
            return format;
        }
    }

    private static byte[] meta(LogDatabase database, MetaKey key) throws RocksDBException {
        return database.db().get(database.meta(), key.bytes());
    }
}
