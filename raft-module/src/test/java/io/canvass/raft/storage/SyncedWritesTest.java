package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Entries without a vote, a vote without entries, and a write that RocksDB itself refuses. */
class SyncedWritesTest {
    private static final ReplicaKey PEER = new ReplicaKey("b", new UUID(1, 2));

    @TempDir
    Path parent;

    @Test
    void entriesAloneAreSyncedToo() {
        try (RocksRaftStore store = Stores.open(parent.resolve("raft"))) {
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "a"))));
            long before = store.walSyncs();

            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(3, 1, "b"))));

            assertThat(store.walSyncs()).isEqualTo(before + 1);
        }
    }

    @Test
    void aVoteInAnEpochThatIsStoredAlreadyIsStored() {
        HardState voted = new HardState(4, PEER, ReplicaKey.NONE);
        try (RocksRaftStore store = Stores.open(parent.resolve("raft"))) {
            store.write(List.of(Stores.append(Stores.epoch(4))));
            store.write(List.of(Stores.append(voted)));
        }
        try (RocksRaftStore store = Stores.open(parent.resolve("raft"))) {
            assertThat(store.recovered(0).hardState()).isEqualTo(voted);
        }
    }

    /** HAZARDS E9. */
    @Test
    void afterAWriteThatRocksDbRefusedNothingIsWrittenThoughItCouldBe() throws Exception {
        RocksLibrary.load();
        Path directory = parent.resolve("db");
        StoredMeta meta = new StoredMeta(
                StoreFormat.of(StoreFormat.WHOLE_LOG),
                new StorageIdentity(Stores.CLUSTER, "a", new UUID(1, 1)),
                HardState.INITIAL,
                0,
                Stores.voters("a"),
                LogPosition.ZERO,
                null,
                null);
        try (LogDatabase database = LogDatabase.create(directory);
                LogWriter writer = new LogWriter(directory, database, new LogShape(LogPosition.ZERO), meta)) {
            database.db().dropColumnFamily(database.log());
            assertThatThrownBy(() -> writer.write(List.of(Stores.append(Stores.epoch(0), Stores.bootstrapEntry()))))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("Whether it is on the disk is not known");

            assertThatThrownBy(() -> writer.write(List.of(Stores.append(Stores.epoch(3)))))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("an earlier write failed");
        }
    }
}
