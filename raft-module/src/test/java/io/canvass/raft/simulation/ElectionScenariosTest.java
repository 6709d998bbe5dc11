package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Message;
import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/** The scenarios of PREVOTE.md that a cluster as a whole must stand. */
class ElectionScenariosTest {
    @Test
    void aPartitionedFollowerReturnsWithoutAnEpochChange() {
        Script script = Script.ofVoters(3);
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica follower = script.others(leader).getFirst();
        long epoch = script.highestEpoch();

        script.isolate(follower);
        script.simulation.runFor(20 * T);
        assertThat(follower.role()).isEqualTo(RoleName.PROSPECTIVE);
        script.simulation.clients().propose(leader, 3);
        script.network.mendAll();
        script.simulation.runFor(5 * T);

        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.leader()).isSameAs(leader);
        assertThat(script.highestEpoch()).isEqualTo(epoch);
        assertThat(follower.memory()).isEqualTo(leader.memory());
    }

    @Test
    void leadershipDoesNotFlipFlopAmongFiveServersThatArePartlyConnected() {
        Script script = Script.ofVoters(5);
        SimulatedReplica leader = script.steadyLeader();
        List<SimulatedReplica> others = script.others(leader);
        long epoch = script.highestEpoch();

        script.cut(leader, others.get(2));
        script.cut(leader, others.get(3));
        script.cut(others.get(0), others.get(3));
        script.simulation.runFor(60 * T);

        assertThat(script.leader()).isSameAs(leader);
        assertThat(script.highestEpoch()).isEqualTo(epoch);
    }

    @Test
    void twoServersWithAnUnstableLinkBetweenThemDoNotTakeTurns() {
        Script script = Script.ofVoters(3);
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica other = script.others(leader).getFirst();
        long epoch = script.highestEpoch();

        for (int flap = 0; flap < 20; flap++) {
            script.cut(leader, other);
            script.simulation.runFor(5 * T / 2);
            script.mend(leader, other);
            script.simulation.runFor(T / 2);
        }

        assertThat(script.leader()).isSameAs(leader);
        assertThat(script.highestEpoch()).isEqualTo(epoch);
    }

    @Test
    void aLinkCutInOneDirectionChangesNoEpochWhicheverDirectionItIs() {
        for (boolean hearsTheLeader : new boolean[] {true, false}) {
            Script script = Script.ofVoters(3);
            SimulatedReplica leader = script.steadyLeader();
            SimulatedReplica follower = script.others(leader).getFirst();
            long epoch = script.highestEpoch();

            for (SimulatedReplica other : script.others(follower)) {
                int from = hearsTheLeader ? follower.number() : other.number();
                int to = hearsTheLeader ? other.number() : follower.number();
                script.network.cut(from, to);
            }
            script.simulation.runFor(30 * T);
            script.network.mendAll();
            script.simulation.runFor(5 * T);

            assertThat(script.leader()).isSameAs(leader);
            assertThat(script.highestEpoch()).isEqualTo(epoch);
        }
    }

    @Test
    void aLeaderThatReachesOnlyABridgeServerIsReplacedWithinFourTimeouts() {
        Script script = Script.ofVoters(5);
        SimulatedReplica leader = script.steadyLeader();
        List<SimulatedReplica> others = script.others(leader);
        SimulatedReplica bridge = others.get(2);
        SimulatedReplica alone = others.get(3);
        long epoch = script.highestEpoch();

        script.isolate(alone);
        script.cut(leader, others.get(0));
        script.cut(leader, others.get(1));
        assertThat(bridge.role()).isEqualTo(RoleName.FOLLOWER);
        boolean replaced = script.simulation.runUntil(
                () -> !leader.leads() && script.simulation.leader() != null && script.highestEpoch() > epoch, 4 * T);

        assertThat(replaced).isTrue();
    }

    @Test
    void oneOldPeerOfThreeKeepsNobodyFromElectingAndTheFallbackIsUsed() {
        Script script = new Script(RunOptions.calm(3).withOldPeer(2));
        for (int election = 0; election < 8; election++) {
            SimulatedReplica leader = script.steadyLeader();
            leader.crash();
            assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, 10 * T)).isTrue();
            leader.start();
        }
        assertThat(script.count(Tally.Count.CANDIDATE_BY_OLD_PEER)).isPositive();
    }

    @Test
    void votersThatAreAllProspectiveAtOnceElectALeader() {
        Script script = Script.ofVoters(5);
        script.steadyLeader();
        script.simulation.replicas().forEach(script::isolate);
        assertThat(script.simulation.runUntil(
                        () -> script.simulation.replicas().stream().allMatch(r -> r.role() == RoleName.PROSPECTIVE), 20 * T))
                .isTrue();

        script.network.mendAll();

        assertThat(script.simulation.runUntil(script::allFollowOne, 6 * T)).isTrue();
    }

    @Test
    void aLeaderPausedForThreeTimeoutsLeadsNoMoreWhenItWakesUp() {
        Script script = Script.ofVoters(3);
        SimulatedReplica leader = script.steadyLeader();

        leader.pause();
        assertThat(script.simulation.runUntil(() -> script.leader() != leader, 3 * T)).isTrue();
        script.simulation.runFor(2 * T);
        long epoch = script.highestEpoch();
        leader.resume();
        assertThat(leader.leads()).isFalse();
        script.simulation.runFor(10 * T);

        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.highestEpoch()).isEqualTo(epoch);
    }

    @Test
    void theFirstSuccessorWinsItsFirstRoundThoughHeartbeatsOfTheResignedLeaderComeLate() {
        Script script = new Script(RunOptions.calm(5).with(Network.Weather.steady(1)));
        SimulatedReplica leader = script.steadyLeader();
        long epoch = script.highestEpoch();
        long asked = script.count(Tally.Count.PROSPECTIVE);
        long stood = script.candidacies();

        script.network.detain(envelope ->
                envelope.from() == leader && envelope.message() instanceof Message.AppendRequest);
        script.simulation.runFor(T / 3);
        script.resign(leader);
        script.simulation.runUntil(() -> script.count(Tally.Count.PROSPECTIVE) > asked, T);
        assertThat(script.network.detained()).isNotEmpty();
        script.network.letGo();
        assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, T / 2)).isTrue();

        assertThat(script.leader()).isNotSameAs(leader);
        assertThat(script.highestEpoch()).isEqualTo(epoch + 1);
        assertThat(script.count(Tally.Count.PROSPECTIVE)).isEqualTo(asked + 1);
        assertThat(script.candidacies()).isEqualTo(stood + 1);
    }

    @Test
    void aCandidateThatWasCutOffCostsAtMostOneElectionWhenItComesBack() {
        Script script = Script.ofVoters(3);
        script.steadyLeader().crash();
        assertThat(script.simulation.runUntil(
                        () -> script.simulation.replicas().stream()
                                .anyMatch(r -> r.isUp() && r.role() == RoleName.CANDIDATE),
                        20 * T))
                .isTrue();
        SimulatedReplica candidate = script.simulation.replicas().stream()
                .filter(r -> r.isUp() && r.role() == RoleName.CANDIDATE)
                .findFirst()
                .orElseThrow();
        candidate.pause();
        script.simulation.replicas().stream().filter(r -> !r.isUp()).toList().forEach(SimulatedReplica::start);
        script.simulation.runFor(10 * T);
        script.isolate(candidate);
        candidate.resume();
        script.simulation.runFor(5 * T);
        long stood = script.candidacies();

        script.network.mendAll();
        script.simulation.runFor(30 * T);

        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.candidacies()).isLessThanOrEqualTo(stood + 1);
    }

    @Test
    void aHigherEpochLeftOverFromATimeAloneCostsOneElectionAndOneOnly() {
        int old = 2;
        Script script = new Script(RunOptions.calm(3).withOldPeer(old));
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica alone = script.simulation.replica(old);
        assertThat(leader).as("the old peer is not the one to be cut off from").isNotEqualTo(alone);
        script.isolate(alone);
        script.simulation.runFor(10 * T);
        long leftOver = script.epoch(alone);
        assertThat(leftOver).isGreaterThan(script.epoch(leader) + 1);
        assertThat(leader.leads()).isTrue();

        script.network.mendAll();
        script.simulation.runFor(10 * T);

        assertThat(script.allFollowOne()).isTrue();
        long settled = script.highestEpoch();
        assertThat(settled).isBetween(leftOver + 1, leftOver + 2);
        script.simulation.runFor(50 * T);
        assertThat(script.highestEpoch()).as("one election, and no more").isEqualTo(settled);
    }
}
