package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.Role;

import static org.assertj.core.api.Assertions.assertThat;

/** A cluster on which nothing weighs but what a scenario does to it, and the words that scenarios are told in. */
final class Script {
    static final long T = RunOptions.TIMEOUT_NANOS;
    private static final long SEED = 20;

    final Simulation simulation;
    final Network network;

    Script(RunOptions options) {
        simulation = new Simulation(options, SEED, false);
        network = simulation.network();
        simulation.startAll();
    }

    static Script ofVoters(int voters) {
        return new Script(RunOptions.calm(voters));
    }

    /** The leader that all have followed for a while. */
    SimulatedReplica steadyLeader() {
        assertThat(simulation.runUntil(this::allFollowOne, 20 * T)).as("a leader whom all follow").isTrue();
        simulation.runFor(3 * T);
        return leader();
    }

    SimulatedReplica leader() {
        SimulatedReplica leader = simulation.leader();
        if (leader == null) {
            throw new AssertionError("nobody leads");
        }
        return leader;
    }

    boolean allFollowOne() {
        SimulatedReplica leader = simulation.leader();
        if (leader == null) {
            return false;
        }
        for (SimulatedReplica replica : simulation.replicas()) {
            boolean follows = replica.isUp()
                    && replica.core().role() instanceof Role.Follower follower
                    && follower.leader().equals(leader.key())
                    && follower.heardFromLeader();
            if (replica != leader && !follows) {
                return false;
            }
        }
        return true;
    }

    List<SimulatedReplica> others(SimulatedReplica one) {
        return simulation.replicas().stream().filter(replica -> replica != one).toList();
    }

    long epoch(SimulatedReplica replica) {
        return replica.core().hardState().epoch();
    }

    long highestEpoch() {
        return simulation.replicas().stream()
                .filter(SimulatedReplica::isUp)
                .mapToLong(this::epoch)
                .max()
                .orElse(0);
    }

    void cut(SimulatedReplica one, SimulatedReplica other) {
        network.cutBoth(one.number(), other.number());
    }

    void mend(SimulatedReplica one, SimulatedReplica other) {
        network.mendBoth(one.number(), other.number());
    }

    void isolate(SimulatedReplica one) {
        network.isolate(one.number());
    }

    void resign(SimulatedReplica leader) {
        leader.receive(now -> new Input.Resign(now, ResignReason.REQUESTED));
    }

    long count(Tally.Count what) {
        return simulation.tally().of(what);
    }

    /** How often anybody became Candidate, for whatever reason. */
    long candidacies() {
        return count(Tally.Count.CANDIDATE_BY_ROUND)
                + count(Tally.Count.CANDIDATE_BY_OLD_PEER)
                + count(Tally.Count.CANDIDATE_BY_TRANSFER)
                + count(Tally.Count.CANDIDATE_CAPPED)
                + count(Tally.Count.CANDIDATE_ALONE);
    }

    static boolean isPreVoteRequest(Network.Envelope envelope) {
        return envelope.message() instanceof Message.VoteRequest request && request.preVote();
    }

    static boolean isPreVoteGrant(Network.Envelope envelope) {
        return envelope.message() instanceof Message.VoteResponse answer && answer.preVote() && answer.granted();
    }
}
