package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OfflineRaftStoreTest {
    private static final UUID OTHER_CLUSTER = new UUID(8, 8);
    private static final Bytes COMMAND = Bytes.ofUtf8("raise");

    @TempDir
    Path temporary;

    private Path directory() {
        return temporary.resolve("raft");
    }

    /** A store of node a whose log holds six entries, the last two of epoch 3. */
    private StorageIdentity write() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.recovered(0);
            store.write(List.of(
                    Stores.append(Stores.epoch(1), Stores.command(2, 1, "x"), Stores.command(3, 1, "y")),
                    Stores.append(Stores.epoch(3), Stores.command(4, 3, "z"), Stores.command(5, 3, "u"))));
            return store.identity();
        }
    }

    @Test
    void aLookTellsWhatIsThereAndLeavesItAsItIs() throws Exception {
        StorageIdentity identity = write();
        StoredMeta before = Stores.metaOf(directory());
        OfflineRaftStore.Contents found = OfflineRaftStore.look(directory());
        assertThat(found.identity()).isEqualTo(identity);
        assertThat(found.hardState()).isEqualTo(Stores.epoch(3));
        assertThat(found.logBegin()).isEqualTo(LogPosition.ZERO);
        assertThat(found.logEnd()).isEqualTo(new LogPosition(3, 5));
        assertThat(found.configuration()).isEqualTo(Stores.voters("a", "b", "c"));
        assertThat(Stores.metaOf(directory())).isEqualTo(before);
    }

    @Test
    void aDirectoryThatIsInUseOrHoldsNoStoreIsRefusedAndNothingIsMade() {
        assertThatThrownBy(() -> OfflineRaftStore.look(directory()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("no Raft store");
        assertThat(directory()).doesNotExist();
        write();
        try (RocksRaftStore running = Stores.open(directory())) {
            assertThat(running.identity().nodeId()).isEqualTo("a");
            assertThatThrownBy(() -> OfflineRaftStore.look(directory())).hasMessageContaining("is open in this very"
                    + " process");
            assertThatThrownBy(() -> OfflineRaftStore.goOnAlone(directory(), OTHER_CLUSTER, 5, COMMAND, 9))
                    .hasMessageContaining("is open in this very process");
        }
        assertThat(OfflineRaftStore.look(directory()).identity().clusterId()).isEqualTo(Stores.CLUSTER);
    }

    @Test
    void anInspectionTellsTheLatestMembersAndKeepsNodesAwayUntilItsUseEnds() {
        write();
        Configuration latest = Stores.voters("a", "d");
        try (RocksRaftStore store = Stores.open(directory())) {
            store.recovered(0);
            store.write(List.of(Stores.append(
                    Stores.epoch(3), new Entry(6, 3, EntryKind.CONFIGURATION, 9, latest.encode()))));
        }
        StoreInspection found = RocksRaftStore.inspect(directory(), inspection -> {
            assertThatThrownBy(() -> Stores.open(directory())).hasMessageContaining("is open in this very process");
            return inspection;
        });
        assertThat(found.configuration()).isEqualTo(latest);
        assertThat(found.end()).isEqualTo(new LogPosition(3, 6));
        Stores.open(directory()).close();
    }

    @Test
    void nodesThatBeginWithTheSameStateHaveTheSameLogAndEachItsOwnDirectory() {
        List<StorageIdentity> identities = List.of(begin("a"), begin("b"));
        assertThat(identities.get(0).directoryId()).isNotEqualTo(identities.get(1).directoryId());
        for (String id : List.of("a", "b")) {
            Formation formation = Formation.founding(id, OTHER_CLUSTER, true, Stores.voters("a", "b"));
            try (RocksRaftStore store = RocksRaftStore.open(temporary.resolve(id), formation)) {
                StoredState found = store.recovered(40);
                assertThat(found.base()).isEqualTo(Stores.base(40, 6, "a", "b"));
                assertThat(found.lastIndex()).isEqualTo(41);
                assertThat(found.hardState()).isEqualTo(Stores.epoch(7));
                assertThat(store.read(41, 41, Stores.NO_LIMIT))
                        .containsExactly(new Entry(41, 7, EntryKind.COMMAND, 99, COMMAND));
                store.write(List.of(Stores.append(Stores.epoch(8), Stores.command(42, 8, "more"))));
            }
        }
    }

    private StorageIdentity begin(String id) {
        return OfflineRaftStore.begin(
                temporary.resolve(id), OTHER_CLUSTER, id, Stores.base(40, 6, "a", "b"), COMMAND, 99);
    }

    @Test
    void aStateOfAnotherTimeDoesNotFitTheLogThatBeginsWithOne() {
        begin("a");
        Formation formation = Formation.founding("a", OTHER_CLUSTER, true, Stores.voters("a", "b"));
        try (RocksRaftStore store = RocksRaftStore.open(temporary.resolve("a"), formation)) {
            assertThatThrownBy(() -> store.recovered(39)).hasMessageContaining("begins after index 40");
        }
    }

    @Test
    void nothingBeginsInADirectoryThatIsNotEmptyNorForANodeThatIsNoVoter() throws Exception {
        write();
        StoredMeta before = Stores.metaOf(directory());
        assertThatThrownBy(() -> OfflineRaftStore.begin(
                        directory(), OTHER_CLUSTER, "a", Stores.base(40, 6, "a", "b"), COMMAND, 99))
                .hasMessageContaining("an empty directory");
        assertThat(Stores.metaOf(directory())).isEqualTo(before);
        Path foreign = Files.createDirectory(temporary.resolve("foreign"));
        Files.writeString(foreign.resolve("notes"), "mine");
        assertThatThrownBy(() -> OfflineRaftStore.begin(
                        foreign, OTHER_CLUSTER, "a", Stores.base(40, 6, "a", "b"), COMMAND, 99))
                .hasMessageContaining("notes");
        assertThatThrownBy(() -> OfflineRaftStore.begin(
                        temporary.resolve("z"), OTHER_CLUSTER, "z", Stores.base(40, 6, "a", "b"), COMMAND, 99))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(temporary.resolve("z")).doesNotExist();
    }

    @Test
    void whoGoesOnAloneKeepsItsWholeLogAndIsTheOnlyVoterOfAnotherCluster() {
        StorageIdentity before = write();
        OfflineRaftStore.goOnAlone(directory(), OTHER_CLUSTER, 3, COMMAND, 77);

        OfflineRaftStore.Contents after = OfflineRaftStore.look(directory());
        assertThat(after.identity())
                .isEqualTo(new StorageIdentity(OTHER_CLUSTER, "a", before.directoryId()));
        Configuration alone = Configuration.ofVoters(List.of(new Member(before.replica(), "a.example:7400")));
        assertThat(after.configuration()).isEqualTo(alone);
        assertThat(after.hardState()).isEqualTo(Stores.epoch(4));
        assertThat(after.logEnd()).isEqualTo(new LogPosition(4, 7));
        try (RocksRaftStore store = RocksRaftStore.open(
                directory(), Formation.founding("a", OTHER_CLUSTER, true, alone))) {
            store.recovered(3);
            assertThat(store.read(4, 7, Stores.NO_LIMIT)).containsExactly(
                    Stores.command(4, 3, "z"),
                    Stores.command(5, 3, "u"),
                    new Entry(6, 4, EntryKind.CONFIGURATION, 77, alone.encode()),
                    new Entry(7, 4, EntryKind.COMMAND, 77, COMMAND));
        }
        assertThatThrownBy(() -> Stores.open(directory())).as("as a node of the old cluster")
                .hasMessageContaining(Stores.CLUSTER.toString());
    }

    @Test
    void aStateThatTheLogDoesNotReachIsRefusedAndNothingIsChanged() {
        write();
        OfflineRaftStore.Contents before = OfflineRaftStore.look(directory());
        assertThatThrownBy(() -> OfflineRaftStore.goOnAlone(directory(), OTHER_CLUSTER, 6, COMMAND, 77))
                .hasMessageContaining("index 6");
        assertThat(OfflineRaftStore.look(directory())).isEqualTo(before);
    }

    @Test
    void aSnapshotWhoseInstallationWasInterruptedIsBroughtToItsEndFirst() {
        write();
        try (RocksRaftStore store = Stores.open(directory())) {
            store.recovered(0);
            store.installing(Stores.base(20, 3));
        }
        OfflineRaftStore.goOnAlone(directory(), OTHER_CLUSTER, 20, COMMAND, 77);
        OfflineRaftStore.Contents after = OfflineRaftStore.look(directory());
        assertThat(after.logBegin()).isEqualTo(new LogPosition(3, 20));
        assertThat(after.logEnd()).isEqualTo(new LogPosition(4, 22));
    }
}
