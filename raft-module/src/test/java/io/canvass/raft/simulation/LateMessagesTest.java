package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Messages that come when nobody thinks of them any more, put into their order by a script; with the faults that they find. */
class LateMessagesTest {
    @Test
    void aGrantOfAnOlderRoundDoesNotPromote() {
        Script script = secondRoundWithAGrantOfTheFirst(PlantedFault.NONE);
        SimulatedReplica asker = asker(script);
        RoundId open = roundOf(asker);
        script.network.release(envelope -> !isOfRound(envelope, open));
        assertThat(asker.role()).isEqualTo(RoleName.PROSPECTIVE);

        script.network.release(envelope -> isOfRound(envelope, open));
        assertThat(asker.role()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void aGrantOfAnOlderRoundThatIsCountedIsFound() {
        Script script = secondRoundWithAGrantOfTheFirst(PlantedFault.OLD_ROUND_COUNTED);
        RoundId open = roundOf(asker(script));
        assertThatExceptionOfType(InvariantViolation.class)
                .isThrownBy(() -> script.network.release(envelope -> !isOfRound(envelope, open)))
                .withMessageStartingWith(Promotions.INVARIANT);
    }

    /** The leader is dead, one of two voters asks in its second round, and grants of both rounds are on their way. */
    private static Script secondRoundWithAGrantOfTheFirst(PlantedFault planted) {
        Script script = new Script(RunOptions.calm(3).with(planted));
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica asker = script.others(leader).getFirst();
        SimulatedReplica granter = script.others(leader).getLast();
        script.network.detain(envelope -> Script.isPreVoteGrant(envelope)
                || (envelope.from() == granter && Script.isPreVoteRequest(envelope)));
        leader.crash();
        assertThat(script.simulation.runUntil(
                        () -> asker.role() == RoleName.PROSPECTIVE
                                && grants(script, asker).size() >= 2
                                && isOfRound(grants(script, asker).getLast(), roundOf(asker)),
                        20 * T))
                .isTrue();
        return script;
    }

    private static SimulatedReplica asker(Script script) {
        return script.network.detained().stream()
                .filter(Script::isPreVoteGrant)
                .findFirst()
                .orElseThrow()
                .to();
    }

    private static List<Network.Envelope> grants(Script script, SimulatedReplica asker) {
        return script.network.detained().stream()
                .filter(envelope -> Script.isPreVoteGrant(envelope) && envelope.to() == asker)
                .toList();
    }

    private static RoundId roundOf(SimulatedReplica replica) {
        return replica.core().role() instanceof Role.Prospective prospective
                ? prospective.round().id()
                : RoundId.NONE;
    }

    private static boolean isOfRound(Network.Envelope envelope, RoundId round) {
        return envelope.message() instanceof Message.VoteResponse answer && answer.round().equals(round);
    }

    @Test
    void aFollowerThatSleptWithGrantsQueuedDisturbsNobodyWhenItWakesUp() {
        Script script = Script.ofVoters(5);
        SimulatedReplica leader = script.steadyLeader();
        leader.crash();
        script.network.detain(Script::isPreVoteGrant);
        assertThat(script.simulation.runUntil(() -> sleeper(script) != leader, 20 * T)).isTrue();
        SimulatedReplica sleeper = sleeper(script);
        sleeper.pause();
        script.network.letGo();
        assertThat(script.simulation.runUntil(() -> script.simulation.leader() != null, 20 * T)).isTrue();
        script.simulation.runFor(2 * T);
        long epoch = script.highestEpoch();

        sleeper.resume();
        script.simulation.runFor(10 * T);

        assertThat(script.highestEpoch()).isEqualTo(epoch);
        assertThat(sleeper.role()).isEqualTo(RoleName.FOLLOWER);
    }

    /** Whose open round would be won by the grants that are detained; the dead replica if nobody's. */
    private static SimulatedReplica sleeper(Script script) {
        SimulatedReplica dead = script.simulation.replicas().getFirst();
        for (SimulatedReplica replica : script.simulation.replicas()) {
            if (!replica.isUp()) {
                dead = replica;
                continue;
            }
            RoundId open = roundOf(replica);
            long grants = grants(script, replica).stream()
                    .filter(envelope -> isOfRound(envelope, open))
                    .count();
            if (grants + 1 >= script.simulation.majority()) {
                return replica;
            }
        }
        return dead;
    }

    @Test
    void aFollowerThatRestartedIsAskedAtOnceAndStillKeepsWhatItPromisedItsLeader() {
        Script script = askAfterRestart(PlantedFault.NONE);
        long epoch = script.highestEpoch();
        script.network.letGo();
        script.simulation.runFor(10 * T);
        assertThat(script.highestEpoch()).isEqualTo(epoch);
    }

    @Test
    void aFollowerThatRestartedAndForgotWhatItPromisedIsFound() {
        Script script = askAfterRestart(PlantedFault.START_GRANTS_AT_ONCE);
        assertThatExceptionOfType(InvariantViolation.class)
                .isThrownBy(() -> {
                    script.network.letGo();
                    script.simulation.runFor(T);
                })
                .withMessageStartingWith("StableLeadership");
    }

    /** One of three does not hear the leader; what it asks the other reaches that one right after a restart. */
    private static Script askAfterRestart(PlantedFault planted) {
        Script script = new Script(RunOptions.calm(3).with(planted));
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica asker = script.others(leader).getFirst();
        SimulatedReplica asked = script.others(leader).getLast();
        script.cut(leader, asker);
        script.network.detain(envelope -> envelope.to() == asked && Script.isPreVoteRequest(envelope));
        script.simulation.runFor(4 * T);
        assertThat(asker.role()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(script.simulation.runUntil(
                        () -> script.network.detained().stream()
                                .anyMatch(e -> isRequestOfRound(e, roundOf(asker))),
                        3 * T))
                .isTrue();
        asked.crash();
        asked.start();
        return script;
    }

    private static boolean isRequestOfRound(Network.Envelope envelope, RoundId round) {
        return envelope.message() instanceof Message.VoteRequest request && request.round().equals(round);
    }

    @Test
    void aLeaderOfTwoEpochsInARowTakesALateAnswerToTheFirstForWhatItIs() {
        Script script = Script.ofVoters(3);
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica follower = script.others(leader).getFirst();
        long epoch = script.highestEpoch();
        script.network.detain(envelope -> isAppendOf(envelope, leader, follower, epoch)
                || (envelope.from() != leader && Script.isPreVoteRequest(envelope)));
        script.simulation.runFor(T / 3);

        script.resign(leader);
        assertThat(script.simulation.runUntil(leader::leads, 10 * T)).isTrue();
        assertThat(script.epoch(leader)).isGreaterThan(epoch);
        script.network.release(envelope -> isAppendOf(envelope, leader, follower, epoch));
        script.network.letGo();
        script.simulation.runFor(5 * T);

        assertThat(script.allFollowOne()).isTrue();
    }

    private static boolean isAppendOf(
            Network.Envelope envelope, SimulatedReplica leader, SimulatedReplica follower, long epoch) {
        return envelope.from() == leader
                && envelope.to() == follower
                && envelope.message() instanceof Message.AppendRequest append
                && append.epoch() == epoch;
    }

    @Test
    void anAnswerToARequestFromBeforeTheReadConfirmsNoRead() {
        Script script = leaderThatDoesNotKnowItsSuccessor(PlantedFault.NONE);
        SimulatedReplica former = script.simulation.replicas().stream()
                .filter(SimulatedReplica::leads)
                .filter(r -> r != script.leader())
                .findFirst()
                .orElseThrow();
        script.simulation.clients().read(former, 1);
        script.network.letGo();
        script.simulation.runFor(5 * T);
        script.simulation.clients().requireNoneForgotten();
    }

    @Test
    void aReadThatSuchAnAnswerConfirmsIsFound() {
        Script script = leaderThatDoesNotKnowItsSuccessor(PlantedFault.READ_CONFIRMED_BY_OLD_ANSWER);
        SimulatedReplica former = script.simulation.replicas().stream()
                .filter(SimulatedReplica::leads)
                .filter(r -> r != script.leader())
                .findFirst()
                .orElseThrow();
        script.simulation.clients().read(former, 1);
        assertThatExceptionOfType(InvariantViolation.class)
                .isThrownBy(script.network::letGo)
                .withMessageStartingWith("LinearizableReads");
    }

    /** A leader ordered another to take over and, against the rules, did not resign; it is cut off, and answers to it are late. */
    private static Script leaderThatDoesNotKnowItsSuccessor(PlantedFault planted) {
        Script script = new Script(RunOptions.calm(3).with(planted));
        SimulatedReplica leader = script.steadyLeader();
        SimulatedReplica successor = script.others(leader).getFirst();
        script.network.detain(
                envelope -> envelope.to() == leader && envelope.message() instanceof Message.AppendResponse);
        script.simulation.runFor(T / 5);
        script.network.send(
                leader,
                new Effect.Send(
                        successor.key(),
                        Lane.CONTROL,
                        0,
                        new Message.TransferRequest(
                                RunOptions.CLUSTER,
                                successor.key(),
                                script.epoch(leader),
                                leader.disk().log().size()),
                        0));
        script.simulation.runUntil(() -> successor.role() == RoleName.CANDIDATE, T / 10);
        for (SimulatedReplica other : script.others(leader)) {
            script.network.cut(other.number(), leader.number());
        }
        assertThat(script.simulation.runUntil(successor::leads, T / 5)).isTrue();
        script.simulation.clients().propose(successor, 1);
        script.simulation.runFor(T / 10);
        assertThat(leader.leads()).isTrue();
        assertThat(successor.applied()).isEqualTo(successor.memory().size());
        return script;
    }
}
