package io.canvass.raft.simulation;

import java.util.List;
import java.util.function.Predicate;

import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/** The stale grant, in both orders: one of five is a grant short; a heartbeat and that grant are under way to it. */
class StaleGrantScenariosTest {
    private final Script script = Script.ofVoters(5);
    private final SimulatedReplica leader = script.steadyLeader();
    private final SimulatedReplica asker = script.others(leader).getFirst();
    private final long epoch = script.highestEpoch();
    private long stood;

    /** The leader is dead; heartbeats of it and grants of the others are on their way to the asker. */
    @BeforeEach
    void oneGrantIsMissing() {
        stood = script.candidacies();
        script.network.detain(envelope -> isHeartbeat(envelope) || Script.isPreVoteGrant(envelope));
        script.simulation.runFor(T / 2);
        leader.crash();
        assertThat(script.simulation.runUntil(() -> grants().size() >= 3, 20 * T)).isTrue();
        assertThat(script.network.detained()).anyMatch(this::isHeartbeat);
        deliver(grants().getFirst());
        assertThat(asker.role()).isEqualTo(RoleName.PROSPECTIVE);
    }

    @Test
    void theHeartbeatFirstEndsTheRoundAndTheGrantsStartNothing() {
        List<Network.Envelope> late = grants();
        script.network.release(this::isHeartbeat);
        assertThat(asker.role()).isEqualTo(RoleName.FOLLOWER);

        late.forEach(this::deliver);
        assertThat(asker.role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(script.epoch(asker)).isEqualTo(epoch);
        script.simulation.runFor(T - 1);
        assertThat(asker.role()).as("it waits for a full timer").isEqualTo(RoleName.FOLLOWER);
        assertThat(script.candidacies()).isEqualTo(stood);

        script.network.letGo();
        assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, 20 * T)).isTrue();
        assertThat(script.highestEpoch()).isGreaterThan(epoch);
    }

    @Test
    void theGrantFirstPromotesAndTheHeartbeatIsOfAnEpochThatIsOver() {
        deliver(grants().getFirst());
        assertThat(asker.role()).isEqualTo(RoleName.CANDIDATE);
        assertThat(script.candidacies()).isEqualTo(stood + 1);

        script.network.release(this::isHeartbeat);
        assertThat(asker.role()).isEqualTo(RoleName.CANDIDATE);
        assertThat(script.simulation.runUntil(asker::leads, T)).isTrue();
        assertThat(script.highestEpoch()).isEqualTo(epoch + 1);
    }

    private boolean isHeartbeat(Network.Envelope envelope) {
        return envelope.from() == leader
                && envelope.to() == asker
                && envelope.message() instanceof Message.AppendRequest append
                && append.epoch() == epoch;
    }

    /** Those of the round that the asker asks now, in their order. */
    private List<Network.Envelope> grants() {
        RoundId open = asker.core().role() instanceof Role.Prospective prospective
                ? prospective.round().id()
                : RoundId.NONE;
        Predicate<Network.Envelope> counts = envelope -> envelope.to() == asker
                && envelope.message() instanceof Message.VoteResponse answer
                && answer.granted()
                && answer.round().equals(open);
        return script.network.detained().stream().filter(counts).toList();
    }

    private void deliver(Network.Envelope one) {
        script.network.release(envelope -> envelope.equals(one));
    }
}
