package io.canvass.kv.health;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.Gates;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.members.MemberState;
import io.canvass.kv.members.Removal;
import io.canvass.proto.kv.v1.Alarm;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** OPERATIONS.md, section 3, row by row. The election timeout is one second. */
class ProbeTableTest {
    private static final long T = 1000;
    private static final long STUCK = 30_000;
    private static final Limits LIMITS = new Limits(T, STUCK, true);
    private static final String UP = "UP";
    private static final String DOWN = "DOWN";
    private static final String OUT = "OUT_OF_SERVICE";

    static Stream<Arguments> theStateOfANodeAndWhatEachProbeAnswers() {
        return Stream.of(
                row("replaying its log", Statuses.follower().behind(), UP, OUT, OUT),
                row("follower, leader fresh", Statuses.follower(), UP, UP, UP),
                row("leader with a fresh quorum", Statuses.leader(), UP, UP, UP),
                row("leader of itself alone", Statuses.soleLeader().leader(Statuses.replica(1), 60 * T), UP, UP, UP),
                row("follower, contact as old as T", Statuses.follower().leader(Statuses.replica(0), T), UP, UP, UP),
                row("follower, contact older than T", Statuses.follower().leader(Statuses.replica(0), T + 1), UP, UP, DOWN),
                row("election in progress", Statuses.follower().role(RoleName.PROSPECTIVE).noLeader(3 * T - 1), UP, UP, DOWN),
                row("no leader for longer", Statuses.follower().role(RoleName.PROSPECTIVE).noLeader(3 * T), UP, OUT, DOWN),
                row("never heard a leader", Statuses.follower().role(RoleName.UNATTACHED).noLeader(-1), UP, OUT, DOWN),
                row("leader cut off from its quorum", Statuses.leader().leader(Statuses.replica(1), 4 * T), UP, OUT, DOWN),
                row("observer that joins", Statuses.follower().observer().configuration(with(Promotion.AUTO), 40, true), UP, OUT,
                        OUT),
                row("observer for good", Statuses.follower().observer().configuration(with(Promotion.MANUAL), 40, true), UP, UP,
                        UP),
                row("observer for good, catching up",
                        Statuses.follower().observer().configuration(with(Promotion.MANUAL), 40, true).behind(), UP, OUT, OUT),
                row("no member", Statuses.follower().observer(), UP, OUT, OUT),
                row("loop stuck", Statuses.follower().loopAge(STUCK + 1), DOWN, DOWN, DOWN),
                row("loop slow", Statuses.follower().loopAge(STUCK), UP, UP, UP),
                row("write hung", Statuses.leader().stalledWrite(STUCK + 1), DOWN, DOWN, DOWN),
                row("write slow: an alarm", Statuses.leader().stalledWrite(STUCK), UP, UP, UP),
                row("strange messages: an alarm", Statuses.leader().refusedMessages(3), UP, UP, UP),
                row("halted by a failed disk", Statuses.follower().halted("Writing the log failed"), DOWN, DOWN, DOWN),
                row("halted by damage", Statuses.follower().damaged("The log is damaged at index 7"), UP, OUT, DOWN));
    }

    @ParameterizedTest(name = "{0}: liveness {2}, readiness {3}, cluster {4}")
    @MethodSource
    void theStateOfANodeAndWhatEachProbeAnswers(
            String state, Statuses status, String liveness, String readiness, String cluster) {
        NodeHealth health = health(new FakeRaft(status.get()), Gates.open(), LIMITS);
        assertThat(health.liveness().getStatus().getCode()).as("liveness: %s", state).isEqualTo(liveness);
        assertThat(health.readiness().getStatus().getCode()).as("readiness: %s", state).isEqualTo(readiness);
        assertThat(health.cluster().getStatus().getCode()).as("cluster: %s", state).isEqualTo(cluster);
    }

    @Test
    void aNodeThatStartsOrStopsIsAliveAndNotReady() {
        for (NodeGate gate : new NodeGate[] {Gates.starting(), Gates.draining()}) {
            NodeHealth health = health(new FakeRaft(Statuses.follower().get()), gate, LIMITS);
            assertThat(health.liveness().getStatus().getCode()).isEqualTo(UP);
            assertThat(health.readiness().getStatus().getCode()).isEqualTo(OUT);
            assertThat(health.cluster().getStatus().getCode()).isEqualTo(OUT);
        }
    }

    @Test
    void aNodeThatWasRemovedIsAliveAndOutOfServiceForGood() {
        NodeHealth health = health(
                new FakeRaft(Statuses.follower().observer().get()), Gates.open(), LIMITS,
                new MemberState.Removed(new Removal(Instant.EPOCH, 7, 41)));
        assertThat(health.liveness().getStatus().getCode()).isEqualTo(UP);
        assertThat(health.readiness().getStatus().getCode()).isEqualTo(OUT);
        assertThat(health.cluster().getStatus().getCode()).isEqualTo(DOWN);
        assertThat(health.cluster().getDetails()).containsEntry("role", "REMOVED");
        assertThat(health.cluster().getDetails().get("checks"))
                .asString()
                .contains("notRemoved=The node was removed from its cluster, by the entry at index 41 in epoch 7");
    }

    @Test
    void aNodeThatJoinsSaysWhatItWaitsFor() {
        NodeHealth health = health(
                new FakeRaft(Statuses.follower().observer().get()), Gates.open(), LIMITS,
                new MemberState.Joining("kv-0 adds it"));
        assertThat(health.cluster().getStatus().getCode()).isEqualTo(OUT);
        assertThat(health.readiness().getDetails()).containsExactly(Map.entry("reason", "The node joins its cluster: kv-0 adds it"));
    }

    @Test
    void readinessCanBeToldNotToAskForALeader() {
        FakeRaft raft = new FakeRaft(Statuses.follower().role(RoleName.PROSPECTIVE).noLeader(60 * T).get());
        NodeHealth health = health(raft, Gates.open(), new Limits(T, STUCK, false));
        assertThat(health.readiness().getStatus().getCode()).isEqualTo(UP);
        raft.status(Statuses.follower().behind());
        assertThat(health.readiness().getStatus().getCode()).isEqualTo(OUT);
    }

    @Test
    void aProbeThatSaysNoSaysWhy() {
        NodeHealth health = health(new FakeRaft(Statuses.follower().behind().get()), Gates.open(), LIMITS);
        assertThat(health.readiness().getDetails()).containsExactly(Map.entry(
                "reason", "The node has not yet applied what was committed when it started: 5120 of at least 5120"));
    }

    @Test
    void aHaltedReplicaBreaksLivenessOnceAndForGood() {
        FakeRaft raft = new FakeRaft(Statuses.follower().get());
        AtomicReference<Object> published = new AtomicReference<>("nothing");
        LoopHealth loop = new LoopHealth(health(raft, Gates.open(), LIMITS), event -> assertThat(published.getAndSet(event)).isEqualTo("nothing"));
        loop.health();
        assertThat(published.get()).isEqualTo("nothing");
        raft.status(Statuses.follower().halted("The disk failed"));
        loop.health();
        loop.health();
        assertThat(published.get())
                .isInstanceOfSatisfying(
                        AvailabilityChangeEvent.class, event -> assertThat(event.getState()).isEqualTo(LivenessState.BROKEN));
    }

    @Test
    void aLoopThatComesBackBreaksNothingForGood() {
        FakeRaft raft = new FakeRaft(Statuses.follower().loopAge(STUCK + 1).get());
        LoopHealth loop = new LoopHealth(health(raft, Gates.open(), LIMITS), event -> {
            throw new AssertionError("published " + event);
        });
        assertThat(loop.health().getStatus().getCode()).isEqualTo(DOWN);
        raft.status(Statuses.follower());
        assertThat(loop.health().getStatus().getCode()).isEqualTo(UP);
    }

    @Test
    void whatIsOnlyRememberedIsForgottenOnceSeenAndWhatIsStillSoIsNot() {
        FakeRaft raft = new FakeRaft(Statuses.follower().refusedMessages(3).stalledWrite(1500).get());
        NodeHealth health = health(raft, Gates.open(), LIMITS);
        assertThat(health.alarms()).map(AlarmList::text).containsExactly(
                "DISK_SLOW: A write has waited for the disk for 1500 ms",
                "STRANGE_MESSAGES: 3 messages came that a sound peer of this cluster never sends");
        assertThat(health.alarms()).map(Alarm::getRemembered).containsExactly(false, true);

        assertThat(health.disarm()).map(Alarm::getCode).containsExactly("STRANGE_MESSAGES");
        assertThat(health.disarm()).isEmpty();
        assertThat(health.alarms()).map(Alarm::getCode).containsExactly("DISK_SLOW");
        assertThat(health.cluster().getDetails().get("alarms")).asString().doesNotContain("STRANGE");

        raft.status(Statuses.follower().refusedMessages(5));
        assertThat(health.alarms()).map(AlarmList::text).containsExactly(
                "STRANGE_MESSAGES: 2 messages came that a sound peer of this cluster never sends");
    }

    private static Arguments row(String state, Statuses status, String liveness, String readiness, String cluster) {
        return arguments(state, status, liveness, readiness, cluster);
    }

    private static NodeHealth health(FakeRaft raft, NodeGate gate, Limits limits) {
        return health(raft, gate, limits, new MemberState.Member());
    }

    private static NodeHealth health(FakeRaft raft, NodeGate gate, Limits limits, MemberState membership) {
        return new NodeHealth(raft, gate, () -> membership, new EmptyStore(), Map.of(), limits, List.of());
    }

    private static Configuration with(Configuration.Promotion promotion) {
        List<Configuration.Member> voters = List.of(Statuses.CONFIGURATION.voters().get(0), Statuses.CONFIGURATION.voters().get(2));
        return new Configuration(voters, List.of(new Configuration.Member(
                Statuses.replica(1), "kv-1:9080", "", promotion, (short) 0, (short) 0)));
    }
}
