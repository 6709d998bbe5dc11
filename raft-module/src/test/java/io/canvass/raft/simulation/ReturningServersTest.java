package io.canvass.raft.simulation;

import io.canvass.raft.core.Message;
import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/** Servers that come to a cluster with something of their own: the longest log, no log at all, a higher epoch. */
class ReturningServersTest {
    @Test
    void aCappedServerWithTheLongestLogIsElectedAndNothingIsLost() {
        int old = 2;
        Script script = new Script(RunOptions.calm(3).withOldPeer(old));
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica capped = script.simulation.replica(old);
        assertThat(leader).as("the old peer is not the one that leads first").isNotEqualTo(capped);
        SimulatedReplica behind =
                script.others(leader).stream().filter(replica -> replica != capped).findFirst().orElseThrow();
        script.isolate(behind);
        script.simulation.clients().propose(leader, 3);
        script.simulation.runFor(T);
        assertThat(leader.applied()).isEqualTo(leader.memory().size());
        assertThat(behind.memory().size()).isEqualTo(leader.memory().size() - 3);

        leader.crash();
        script.network.mendAll();
        assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, 20 * T)).isTrue();
        assertThat(script.leader()).as("the only one of the two that holds what is committed").isSameAs(capped);
        script.simulation.clients().propose(capped, 1);
        script.simulation.runFor(3 * T);
        assertThat(behind.applied()).isEqualTo(capped.memory().size());

        leader.start();
        script.simulation.runFor(10 * T);
        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.simulation.replicas())
                .allSatisfy(replica -> assertThat(replica.memory()).isEqualTo(capped.memory()));
    }

    /** The leader that it meets was elected while it was away, with a log of which it holds nothing. */
    @Test
    void aServerThatJoinsEmptyIsBroughtUpToDateAndDisturbsNobody() {
        Script script = Script.ofVoters(3);
        SimulatedReplica empty = script.simulation.replica(2);
        empty.crash();
        SimulatedReplica first = writesThirtyTimes(script);
        script.resign(first);
        assertThat(script.simulation.runUntil(
                        () -> script.simulation.leader() != null && script.leader() != first, 20 * T))
                .isTrue();
        SimulatedReplica leader = writesThirtyTimes(script);
        long epoch = script.highestEpoch();
        long stood = script.candidacies();

        empty.start();
        assertThat(empty.memory()).as("the first configuration and nothing else").hasSize(1);
        script.simulation.runFor(5 * T);

        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.leader()).isSameAs(leader);
        assertThat(script.highestEpoch()).isEqualTo(epoch);
        assertThat(script.candidacies()).isEqualTo(stood);
        assertThat(leader.memory()).hasSizeGreaterThan(120);
        assertThat(empty.memory()).isEqualTo(leader.memory());
        assertThat(empty.applied()).isEqualTo(leader.memory().size());
    }

    private static SimulatedReplica writesThirtyTimes(Script script) {
        assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, 20 * T)).isTrue();
        SimulatedReplica leader = script.leader();
        for (int write = 0; write < 30; write++) {
            script.simulation.clients().propose(leader, 2);
            script.simulation.runFor(T / 2);
        }
        return leader;
    }

    /** HAZARDS A38: the server knows Pre-Vote, and stood twice without being heard. */
    @Test
    void aPreVoteOfAHigherEpochDeposesNobodyAndTheReturnOfItsSenderCostsOneElection() {
        Script script = Script.ofVoters(3);
        SimulatedReplica first = script.steadyLeader();
        SimulatedReplica other = script.others(first).getFirst();
        SimulatedReplica higher = script.others(first).getLast();
        long epoch = standsTwiceUnheard(script, first, other, higher);
        first.start();
        assertThat(script.simulation.runUntil(() -> leads(script, first) || leads(script, other), 20 * T)).isTrue();
        script.simulation.runFor(5 * T);
        SimulatedReplica leader = first.leads() ? first : other;
        assertThat(script.epoch(leader)).isEqualTo(epoch + 1);

        // It can send and hears nothing.
        script.network.mend(higher.number(), first.number());
        script.network.mend(higher.number(), other.number());
        long asked = higher.core().status().preVoteRounds();
        script.simulation.runFor(100 * T);
        assertThat(higher.core().status().preVoteRounds()).as("it asks on").isGreaterThan(asked + 40);
        assertThat(leader.leads()).isTrue();
        assertThat(script.epoch(first)).isEqualTo(epoch + 1);
        assertThat(script.epoch(other)).isEqualTo(epoch + 1);
        assertThat(higher.role()).isEqualTo(RoleName.PROSPECTIVE);
        long stood = script.candidacies();

        script.network.mendAll();
        script.simulation.runFor(10 * T);
        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.candidacies()).isEqualTo(stood + 1);
        assertThat(script.highestEpoch()).isEqualTo(epoch + 3);
        script.simulation.runFor(50 * T);
        assertThat(script.highestEpoch()).as("one election, and no more").isEqualTo(epoch + 3);
    }

    /** Leaves it alone, two epochs above the one that is answered. */
    private static long standsTwiceUnheard(
            Script script, SimulatedReplica leader, SimulatedReplica other, SimulatedReplica higher) {
        long epoch = script.highestEpoch();
        script.network.detain(envelope ->
                envelope.message() instanceof Message.VoteRequest && !isPreVoteOf(higher, envelope));
        leader.crash();
        assertThat(script.simulation.runUntil(() -> script.epoch(higher) == epoch + 2, 20 * T)).isTrue();
        assertThat(script.epoch(other)).isEqualTo(epoch);
        script.isolate(higher);
        script.network.detain(envelope -> false);
        return epoch;
    }

    private static boolean isPreVoteOf(SimulatedReplica asker, Network.Envelope envelope) {
        return envelope.from() == asker && Script.isPreVoteRequest(envelope);
    }

    private static boolean leads(Script script, SimulatedReplica replica) {
        return replica.leads()
                && script.others(replica).stream()
                        .anyMatch(one -> one.isUp() && script.epoch(one) == script.epoch(replica));
    }
}
