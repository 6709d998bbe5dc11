package io.canvass.kv.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.DataPaths;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.OfflineRaftStore;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RestoreTest {
    private static final int KEYS = 30;
    private static final long RAISE = 1_000_000;
    private static final List<String> VOTERS = List.of("n1@127.0.0.1:7001", "n2@127.0.0.1:7002", "n3@127.0.0.1:7003");
    private static final List<String> OTHER_ORDER =
            List.of("n3@127.0.0.1:7003", "n1@127.0.0.1:7001", "n2@127.0.0.1:7002=http://127.0.0.1:8002");

    @TempDir
    Path temporary;

    private Path file = Path.of("");

    @BeforeEach
    void snapshot() throws Exception {
        file = Files.write(temporary.resolve("snapshot"), Copies.snapshot(temporary, KEYS));
    }

    private Restore.Restored restore(String nodeId, List<String> voters, long raise) throws Exception {
        Configuration configuration = ClusterPlan.voters(nodeId, voters);
        return new Restore(dataDir(nodeId), nodeId, configuration, Optional.empty(), raise).run(file);
    }

    private Path dataDir(String nodeId) {
        return temporary.resolve("data-" + nodeId);
    }

    @Test
    void allVotersOfTheNewClusterBeginWithTheSameLogAndTheSameState() throws Exception {
        Set<UUID> directories = new HashSet<>();
        Set<UUID> clusters = new HashSet<>();
        for (String id : List.of("n1", "n2", "n3")) {
            Restore.Restored restored = restore(id, id.equals("n2") ? OTHER_ORDER : VOTERS, RAISE);
            directories.add(restored.identity().directoryId());
            clusters.add(restored.identity().clusterId());
            assertThat(restored.revision()).isEqualTo(KEYS + RAISE);
            OfflineRaftStore.Contents log = OfflineRaftStore.look(DataPaths.raft(dataDir(id)));
            assertThat(log.identity().nodeId()).isEqualTo(id);
            assertThat(log.configuration()).isEqualTo(ClusterPlan.voters("n1", VOTERS));
            assertThat(log.logBegin()).isEqualTo(new LogPosition(Copies.EPOCH, KEYS));
            assertThat(log.logEnd()).isEqualTo(new LogPosition(Copies.EPOCH + 1, KEYS + 1));
        }
        assertThat(directories).hasSize(3);
        assertThat(clusters).hasSize(1).doesNotContain(Copies.CLUSTER);
    }

    @Test
    void theFirstEntryRaisesTheRevisionSoThatNoETagIsGivenTwice() throws Exception {
        restore("n1", List.of(), RAISE);
        Path dataDir = dataDir("n1");
        try (KvStore store = KvStore.open(DataPaths.state(dataDir));
                RaftStore log = RocksRaftStore.open(
                        DataPaths.raft(dataDir), Formation.existing("n1", Optional.empty()))) {
            assertThat(store.state().revision()).isEqualTo(KEYS);
            StoredState found = log.recovered(store.appliedIndex());
            List<Entry> left = log.read(store.appliedIndex() + 1, found.lastIndex(), Integer.MAX_VALUE);
            store.apply(left);
            StoreState state = store.state();
            assertThat(state.revision()).isEqualTo(KEYS + RAISE);
            assertThat(state.compactRevision()).isEqualTo(KEYS + RAISE);
            assertThat(state.keyCount()).isEqualTo(KEYS);
            assertThat(store.get(Bytes.ofUtf8("key/3")).value().orElseThrow().modRevision()).isEqualTo(4);
            store.apply(List.of(new Entry(
                    KEYS + 2, Copies.EPOCH + 2, left.getFirst().kind(), 0, Copies.put(1, "key/3", "new").data())));
            assertThat(store.get(Bytes.ofUtf8("key/3")).value().orElseThrow().modRevision())
                    .isEqualTo(KEYS + RAISE + 1);
        }
    }

    @Test
    void anotherRaiseListOrSnapshotIsAnotherClusterAndASoleVoterAlwaysIs() throws Exception {
        Set<UUID> ids = new HashSet<>();
        ids.add(restore("n1", VOTERS, RAISE).identity().clusterId());
        ids.add(restore("n2", VOTERS, RAISE + 1).identity().clusterId());
        ids.add(restore("n3", VOTERS.subList(1, 3), RAISE).identity().clusterId());
        ids.add(restore("n4", List.of(), RAISE).identity().clusterId());
        ids.add(restore("n5", List.of(), RAISE).identity().clusterId());
        assertThat(ids).hasSize(5);
    }

    @Test
    void anIdThatIsNamedCounts() throws Exception {
        UUID named = UUID.randomUUID();
        Configuration voters = ClusterPlan.voters("n1", VOTERS);
        assertThat(new Restore(dataDir("n1"), "n1", voters, Optional.of(named), RAISE).run(file).identity().clusterId())
                .isEqualTo(named);
    }

    @Test
    void aDirectoryThatIsNotEmptyStaysAsItIs() throws Exception {
        Path dataDir = Files.createDirectory(dataDir("n1"));
        Files.writeString(dataDir.resolve("notes"), "mine");
        assertThatThrownBy(() -> restore("n1", VOTERS, RAISE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not empty (notes)");
        assertThat(dataDir).isDirectoryNotContaining("glob:**/{raft,state,restoring}");
        assertThat(dataDir.resolve("notes")).hasContent("mine");
    }

    @Test
    void aFileSystemOfItsOwnIsEmptyEnough() throws Exception {
        Path dataDir = Files.createDirectory(dataDir("n1"));
        Files.createDirectory(dataDir.resolve("lost+found"));
        restore("n1", VOTERS, RAISE);
        assertThat(dataDir.resolve("state/ACTIVE")).exists();
        assertThat(DataPaths.restoring(dataDir)).doesNotExist();
    }

    @Test
    void aBrokenSnapshotOrARaiseWithoutRoomLeavesNothing() throws Exception {
        assertThatThrownBy(() -> restore("n1", VOTERS, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(dataDir("n1")).doesNotExist();
        byte[] snapshot = Files.readAllBytes(file);
        snapshot[snapshot.length / 2] ^= 1;
        Files.write(file, snapshot);
        Path empty = Files.createDirectory(dataDir("n2"));
        assertThatThrownBy(() -> restore("n1", VOTERS, RAISE)).isInstanceOf(InvalidSnapshotException.class);
        assertThatThrownBy(() -> restore("n2", VOTERS, RAISE)).isInstanceOf(InvalidSnapshotException.class);
        assertThat(dataDir("n1")).doesNotExist();
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void aNodeThatIsNotOnTheListIsRefused() {
        assertThatThrownBy(() -> restore("n9", VOTERS, RAISE)).hasMessageContaining("n9 is not on it");
        assertThat(dataDir("n9")).doesNotExist();
    }
}
