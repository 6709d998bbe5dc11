package io.canvass.kv.members;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.canvass.kv.cluster.Statuses.replica;
import static org.assertj.core.api.Assertions.assertThat;

/** kv-1, which was there from the beginning. */
class MembersNodeTest {
    private static final Configuration WITHOUT = Configuration.ofVoters(List.of(Told.described(replica(0))));

    @TempDir
    private Path folder;

    private final NodeGate gate = new NodeGate();
    private final MembershipBoard board = new MembershipBoard();
    private final List<MembersNode> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(MembersNode::close);
    }

    @Test
    void beforeItRunsItWaitsForOthers() {
        MembershipBoard early = new MembershipBoard();
        assertThat(early.state()).isEqualTo(new MemberState.Forming(Map.of()));
        early.forming(() -> Map.of("kv-2", "Connection refused"));
        assertThat(early.state()).isEqualTo(new MemberState.Forming(Map.of("kv-2", "Connection refused")));
    }

    @Test
    void aMemberIsOne() {
        node(Statuses.follower().get(), folder).tick();
        assertThat(board.state()).isEqualTo(new MemberState.Member());
        assertThat(board.removed()).isEmpty();
        assertThat(gate.isRemoved()).isFalse();
    }

    @Test
    void whoIsInNoConfigurationJoinsAndSaysWhatItWasTold() {
        node(Statuses.follower().configuration(WITHOUT, 4, true).get(), folder).tick();
        assertThat(board.state()).isInstanceOfSatisfying(
                MemberState.Joining.class, joining -> assertThat(joining.answer()).isEqualTo("it is sent the log"));
        assertThat(board.removed()).isEmpty();
    }

    @Test
    void aRemovedNodeIsThatForGoodAndOnItsDisk() {
        node(removed(Statuses.follower().configuration(WITHOUT, 42, true).get()), folder).tick();
        assertThat(board.removed()).hasValueSatisfying(removal -> assertThat(removal.index()).isEqualTo(42));
        assertThat(board.state()).isInstanceOf(MemberState.Removed.class);
        assertThat(gate.isRemoved()).isTrue();
        assertThat(folder.resolve("REMOVED")).content().contains("epoch=7", "index=42");
    }

    @Test
    void aMarkerThatCannotBeWrittenIsTriedAgain() throws Exception {
        Path missing = folder.resolve("volume");
        MembersNode node = node(removed(Statuses.follower().configuration(WITHOUT, 42, true).get()), missing);
        node.tick();
        assertThat(gate.isRemoved()).isTrue();
        Files.createDirectory(missing);
        node.tick();
        assertThat(missing.resolve("REMOVED")).exists();
    }

    private MembersNode node(RaftStatus status, Path data) {
        MembersNode node = Told.node(new FakeRaft(status), plan(), gate, board, data.resolve("REMOVED"));
        open.add(node);
        return node;
    }

    private static RaftStatus removed(RaftStatus status) {
        return new RaftStatus(
                status.clusterId(), status.self(), false, status.role(), status.epoch(), status.hasVoted(), status.leader(),
                status.leaderContactAgeMillis(), status.preVote(), status.log(), status.quorum(), status.peers(), status.caughtUp(),
                status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(), status.refusedMessages(),
                status.configuration(), status.configurationIndex(), status.configurationCommitted(), status.configurations(), true, false);
    }

    private static ClusterPlan plan() {
        return new ClusterPlan(
                "kv-1", new UUID(1, 1), false, Configuration.ofVoters(List.of(new Member(ReplicaKey.ofNode("kv-1"), "kv-1:9080"))),
                Map.of(), "127.0.0.1", 9080, "kv-1:9080");
    }
}
