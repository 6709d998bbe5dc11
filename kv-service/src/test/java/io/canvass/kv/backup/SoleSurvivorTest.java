package io.canvass.kv.backup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.DataPaths;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Token;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SoleSurvivorTest {
    private static final List<String> VOTERS = List.of("n1@127.0.0.1:7001", "n2@127.0.0.1:7002", "n3@127.0.0.1:7003");
    private static final long RAISE = 1000;

    @TempDir
    Path dataDir;

    /** Of n2: three writes in the log, of which its state has durably applied one. */
    @BeforeEach
    void writeWhatIsLeft() {
        Configuration voters = ClusterPlan.voters("n2", VOTERS);
        try (RaftStore log = RocksRaftStore.open(
                        DataPaths.raft(dataDir), Formation.founding("n2", Copies.CLUSTER, true, voters));
                KvStore store = KvStore.open(DataPaths.state(dataDir))) {
            log.recovered(0);
            HardState epoch = new HardState(Copies.EPOCH, ReplicaKey.ofNode("n1"), ReplicaKey.ofNode("n1"));
            Effect.LogWrite writes = new Effect.LogWrite(
                    0, List.of(Copies.put(2, "a", "1"), Copies.put(3, "b", "2"), Copies.put(4, "a", "3")));
            log.write(List.of(new Effect.Persist(Token.NOTHING, epoch, writes)));
            store.apply(log.read(1, 2, Integer.MAX_VALUE));
        }
    }

    @Test
    void aLookNamesWhatIsThereWhatIsUndecidedAndWhoIsAbandoned() {
        SoleSurvivor survivor = new SoleSurvivor(dataDir);
        SoleSurvivor.Findings found = survivor.look();
        assertThat(found.state().appliedIndex()).isEqualTo(2);
        assertThat(found.log().logEnd().index()).isEqualTo(4);
        assertThat(found.undecidedEntries()).isEqualTo(2);
        assertThat(found.abandoned())
                .extracting(member -> member.key().nodeId())
                .containsExactly("n1", "n3");
        assertThat(survivor.look()).isEqualTo(found);
    }

    @Test
    void itGoesOnWithAllOfItsLogAndThenWithRevisionsThatWereNeverGiven() {
        UUID cluster = new SoleSurvivor(dataDir).goOn(RAISE, Copies.CLOCK);
        assertThat(cluster).isNotEqualTo(Copies.CLUSTER);
        try (RaftStore log = RocksRaftStore.open(
                        DataPaths.raft(dataDir), Formation.existing("n2", Optional.of(cluster)));
                KvStore store = KvStore.open(DataPaths.state(dataDir))) {
            log.recovered(store.appliedIndex());
            store.apply(log.read(3, 6, Integer.MAX_VALUE));
            assertThat(store.get(Bytes.ofUtf8("a")).value().orElseThrow().value().toUtf8()).isEqualTo("3");
            assertThat(store.get(Bytes.ofUtf8("b")).value().orElseThrow().modRevision()).isEqualTo(2);
            assertThat(store.state().revision()).isEqualTo(3 + RAISE);
        }
        SoleSurvivor.Findings after = new SoleSurvivor(dataDir).look();
        assertThat(after.abandoned()).isEmpty();
        assertThat(after.log().configuration().voters())
                .extracting(Configuration.Member::key)
                .containsExactly(after.log().identity().replica());
        assertThat(after.log().hardState().epoch()).isEqualTo(Copies.EPOCH + 1);
    }

    @Test
    void aNodeThatRunsOrADirectoryWithoutAStateIsRefusedAndNothingIsChanged() {
        SoleSurvivor.Findings before = new SoleSurvivor(dataDir).look();
        try (KvStore running = KvStore.open(DataPaths.state(dataDir))) {
            assertThat(running.revision()).isEqualTo(1);
            assertThatThrownBy(() -> new SoleSurvivor(dataDir).goOn(RAISE, Copies.CLOCK)).hasMessageContaining("in"
                    + " use");
        }
        assertThatThrownBy(() -> new SoleSurvivor(dataDir.resolve("none")).look()).hasMessageContaining("no Raft"
                + " store");
        assertThatThrownBy(() -> new SoleSurvivor(dataDir).goOn(0, Copies.CLOCK))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new SoleSurvivor(dataDir).look()).isEqualTo(before);
    }
}
