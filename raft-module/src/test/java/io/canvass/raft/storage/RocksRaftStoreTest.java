package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.StoredState.EpochStart;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.DBOptions;
import org.rocksdb.Statistics;
import org.rocksdb.WriteOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RocksRaftStoreTest {
    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    @Test
    void aMissingDirectoryIsCreatedAndFormatted() {
        try (RocksRaftStore store = Stores.open(directory())) {
            StoredState found = store.recovered(0);

            assertThat(found).isEqualTo(new StoredState(1, HardState.INITIAL, List.of(new EpochStart(0, 1)), 1,
                    List.of(Stores.bootstrapEntry()), 0));
            assertThat(Stores.logOf(store, 1)).containsExactly(Stores.bootstrapEntry());
            assertThat(store.identity().nodeId()).isEqualTo("a");
            assertThat(store.identity().clusterId()).isEqualTo(Stores.CLUSTER);
            assertThat(store.identity().directoryId()).isNotEqualTo(ReplicaKey.UNASSIGNED);
        }
    }

    @Test
    void twoDirectoriesOfOneNodeAreDifferentReplicasWithTheSameFirstEntry() {
        try (RocksRaftStore one = Stores.open(parent.resolve("one"));
                RocksRaftStore other = Stores.open(parent.resolve("other"))) {
            assertThat(one.identity().directoryId()).isNotEqualTo(other.identity().directoryId());
            assertThat(Stores.logOf(one, 1)).isEqualTo(Stores.logOf(other, 1));
        }
    }

    @Test
    void aReopenGivesWhatWasWritten() {
        ReplicaKey peer = new ReplicaKey("b", new UUID(1, 2));
        HardState state = new HardState(4, peer, peer);
        Entry change = new Entry(2, 3, EntryKind.LEADER_CHANGE, 5, Stores.command(1, 1, "").data());
        Entry configuration = new Entry(3, 3, EntryKind.CONFIGURATION, 6, Stores.voters("a", "b", "c").encode());
        Entry large = Stores.command(4, 4, 3 << 20);
        StorageIdentity identity;
        try (RocksRaftStore store = Stores.open(directory())) {
            identity = store.identity();
            store.write(List.of(Stores.append(Stores.epoch(3), change, configuration), Stores.append(state, large)));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.identity()).isEqualTo(identity);
            assertThat(store.recovered(3)).isEqualTo(new StoredState(2, state,
                    List.of(new EpochStart(0, 1), new EpochStart(3, 2), new EpochStart(4, 4)), 4,
                    List.of(Stores.bootstrapEntry(), configuration), 3));
            assertThat(Stores.logOf(store, 4)).containsExactly(Stores.bootstrapEntry(), change, configuration, large);
        }
    }

    @Test
    void aTruncationAndAnAppendAreOneBatch() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "a"), Stores.command(3, 1, "b"),
                    Stores.command(4, 1, "c"))));
            store.write(List.of(Stores.persist(Stores.epoch(2), 3, Stores.command(3, 2, "B"))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(3);
            assertThat(Stores.logOf(store, 3)).containsExactly(
                    Stores.bootstrapEntry(), Stores.command(2, 1, "a"), Stores.command(3, 2, "B"));
            assertThatThrownBy(() -> store.read(3, 4, Stores.NO_LIMIT)).isInstanceOf(StorageException.class)
                    .hasMessageContaining("Log entry 4").hasMessageContaining("ends before it");
        }
    }

    @Test
    void theBootCounterRisesWithEachOpen() {
        for (long boot = 1; boot <= 4; boot++) {
            try (RocksRaftStore store = Stores.open(directory())) {
                assertThat(store.recovered(0).boot()).isEqualTo(boot);
            }
        }
    }

    @Test
    void aWriteOfManyIsOneSyncAndAWriteOfNothingIsNone() {
        try (RocksRaftStore store = Stores.open(directory())) {
            long before = store.walSyncs();
            store.write(List.of(
                    Stores.append(Stores.epoch(1), Stores.command(2, 1, "a")),
                    Stores.append(Stores.epoch(2), Stores.command(3, 2, "b")),
                    Stores.append(Stores.epoch(2), Stores.command(4, 2, "c"))));
            assertThat(store.walSyncs()).isEqualTo(before + 1);

            store.write(List.of(Stores.append(Stores.epoch(2))));
            store.write(List.of());
            assertThat(store.walSyncs()).isEqualTo(before + 1);

            store.write(List.of(Stores.append(Stores.epoch(3))));
            assertThat(store.walSyncs()).isEqualTo(before + 2);
        }
    }

    @Test
    void optionsThatWouldLoseWritesAreRefused() {
        RocksLibrary.load();
        try (Statistics statistics = new Statistics();
                DBOptions database = LogDatabaseOptions.database(statistics);
                DBOptions unflushed = LogDatabaseOptions.database(statistics).setManualWalFlush(true);
                WriteOptions synced = LogDatabaseOptions.syncedWrites();
                WriteOptions unsynced = new WriteOptions();
                WriteOptions withoutWal = new WriteOptions().setDisableWAL(true)) {
            LogDatabaseOptions.requireDurable(database, synced);
            assertThatThrownBy(() -> LogDatabaseOptions.requireDurable(database, unsynced))
                    .isInstanceOf(StorageException.class).hasMessageContaining("sync=false");
            assertThatThrownBy(() -> LogDatabaseOptions.requireDurable(database, withoutWal))
                    .hasMessageContaining("disableWAL=true");
            assertThatThrownBy(() -> LogDatabaseOptions.requireDurable(unflushed, synced))
                    .hasMessageContaining("manualWalFlush=true");
        }
    }

    @Test
    void aReadGivesAtLeastOneEntryAndThenAsManyAsFit() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.append(
                    Stores.epoch(1), Stores.command(2, 1, 100), Stores.command(3, 1, 100), Stores.command(4, 1, 100))));
            int size = Stores.command(2, 1, 100).sizeBytes();

            assertThat(store.read(2, 4, 1)).containsExactly(Stores.command(2, 1, 100));
            assertThat(store.read(2, 4, 2 * size - 1)).hasSize(1);
            assertThat(store.read(2, 4, 2 * size)).hasSize(2);
            assertThat(store.read(3, 4, Stores.NO_LIMIT))
                    .containsExactly(Stores.command(3, 1, 100), Stores.command(4, 1, 100));
            assertThatThrownBy(() -> store.read(0, 4, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.read(3, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theFirstFailedWriteIsFinal() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "a"))));
            assertThatThrownBy(() -> store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(4, 1, "gap")))))
                    .isInstanceOf(StorageException.class);

            assertThatThrownBy(() -> store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(3, 1, "b")))))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("an earlier write failed")
                    .hasMessageContaining("Restart this node");
            assertThat(store.read(2, 2, Stores.NO_LIMIT)).containsExactly(Stores.command(2, 1, "a"));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(2);
        }
    }

    @Test
    void aStateMachineThatIsAheadOfTheLogIsRefused() {
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(1).appliedIndex()).isEqualTo(1);
            assertThatThrownBy(() -> store.recovered(2)).isInstanceOf(StorageException.class)
                    .hasMessageContaining("ends at index 1").hasMessageContaining("holds index 2");
        }
    }

    @Test
    void aClosedStoreAnswersWithASentenceAndMayBeClosedAgain() {
        RocksRaftStore store = Stores.open(directory());
        store.close();
        store.close();

        List<ThrowingCallable> calls =
                List.of(() -> store.write(List.of()), () -> store.read(1, 1, 1), store::sizeBytes);
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(StorageException.class).hasMessageContaining("is closed");
        }
    }

    @Test
    void theSizeGrowsWithTheLog() {
        try (RocksRaftStore store = Stores.open(directory())) {
            long before = store.sizeBytes();
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, 4 << 20))));
            assertThat(store.sizeBytes()).isGreaterThan(before + (3 << 20));
        }
    }

    @Test
    void aCrashWhileFormattingLeavesNothingBehind() throws Exception {
        Files.createDirectories(directory().resolve(DataDirectory.UNFINISHED).resolve("deep"));
        Files.writeString(directory().resolve(DataDirectory.UNFINISHED).resolve("CURRENT"), "half");

        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).boot()).isEqualTo(1);
        }
        assertThat(directory().resolve(DataDirectory.UNFINISHED)).doesNotExist();
    }

    @Test
    void aFormationNamesItsOwnNodeAmongTheMembers() {
        Configuration others = Stores.voters("b", "c");
        assertThatThrownBy(() -> Formation.founding("a", Stores.CLUSTER, true, others))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[b, c]");
    }
}
