package io.canvass.raft.simulation;

import java.util.function.Predicate;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/** What a replica is told when it is no longer so, or not yet: a higher epoch, an order to take over, a resignation. */
class LateWordTest {
    private static final int OLD = 2;

    @Test
    void aLateFencedAnswerOfAHigherEpochMovesAFollowerThatHearsItsLeader() {
        Script script = new Script(RunOptions.calm(3).withOldPeer(OLD));
        SimulatedReplica asker = script.steadyLeader();
        SimulatedReplica alone = script.simulation.replica(OLD);
        assertThat(asker).as("the old peer is not the one that asks").isNotEqualTo(alone);
        SimulatedReplica next = otherThan(script, asker, alone);
        fencedLongAgo(script, asker, alone);

        script.resign(asker);
        assertThat(script.simulation.runUntil(() -> hears(asker, next), 5 * T)).isTrue();
        script.simulation.runFor(3 * T);
        assertThat(hears(asker, next)).isTrue();
        long stood = script.count(Tally.Count.CANDIDATE_BY_ROUND);

        script.network.release(LateWordTest::isFenced);
        assertThat(asker.role()).as("though it hears a leader").isEqualTo(RoleName.UNATTACHED);
        long told = script.epoch(asker);
        assertThat(told).isGreaterThan(script.epoch(next));
        script.simulation.runFor(10 * T);

        assertThat(script.epoch(asker)).isEqualTo(told + 1);
        assertThat(script.epoch(next)).isEqualTo(told + 1);
        assertThat(hears(asker, next) || hears(next, asker)).isTrue();
        assertThat(script.count(Tally.Count.CANDIDATE_BY_ROUND)).as("one election").isEqualTo(stood + 1);
    }

    /** The lone one, with an epoch far above, answers a heartbeat of the asker; the answer stays under way. */
    private static void fencedLongAgo(Script script, SimulatedReplica asker, SimulatedReplica alone) {
        script.isolate(alone);
        script.simulation.runFor(10 * T);
        assertThat(script.epoch(alone)).isGreaterThan(script.epoch(asker) + 1);
        script.network.detain(envelope -> envelope.from() == alone);
        script.network.mendBoth(asker.number(), alone.number());
        assertThat(script.simulation.runUntil(
                        () -> script.network.detained().stream().anyMatch(LateWordTest::isFenced), T))
                .isTrue();
        script.isolate(alone);
        assertThat(asker.leads()).isTrue();
    }

    private static boolean isFenced(Network.Envelope envelope) {
        return envelope.message() instanceof Message.AppendResponse answer
                && answer.result() instanceof Message.AppendResult.Fenced;
    }

    private static boolean hears(SimulatedReplica follower, SimulatedReplica leader) {
        return leader.leads()
                && follower.core().role() instanceof Role.Follower follows
                && follows.leader().equals(leader.key())
                && follows.heardFromLeader();
    }

    private static SimulatedReplica otherThan(Script script, SimulatedReplica one, SimulatedReplica another) {
        return script.others(one).stream().filter(replica -> replica != another).findFirst().orElseThrow();
    }

    @Test
    void aTransferOrderBeforeTheResignationNoticeCostsOneElection() {
        assertHandsOver(LateWordTest::isOrder, LateWordTest::isNotice);
    }

    @Test
    void aTransferOrderAfterTheResignationNoticeCostsOneElection() {
        assertHandsOver(LateWordTest::isNotice, LateWordTest::isOrder);
    }

    private static void assertHandsOver(Predicate<Network.Envelope> first, Predicate<Network.Envelope> second) {
        Script script = Script.ofVoters(5);
        SimulatedReplica leader = script.steadyLeader();
        long epoch = script.highestEpoch();
        long stood = script.candidacies();
        long asked = script.count(Tally.Count.PROSPECTIVE);
        script.network.detain(envelope -> isOrder(envelope) || isNotice(envelope));
        script.resign(leader);
        SimulatedReplica successor = firstSuccessor(script);
        order(script, leader, successor);
        assertThat(script.network.detained()).as("four notices and an order").hasSize(5);

        script.network.release(envelope -> envelope.to() == successor && first.test(envelope));
        script.network.release(envelope -> envelope.to() == successor && second.test(envelope));
        assertThat(successor.role()).isEqualTo(RoleName.CANDIDATE);
        script.network.letGo();
        assertThat(script.simulation.runUntil(successor::leads, T / 5)).isTrue();
        script.simulation.runFor(10 * T);

        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.leader()).isSameAs(successor);
        assertThat(script.highestEpoch()).isEqualTo(epoch + 1);
        assertThat(script.count(Tally.Count.CANDIDATE_BY_TRANSFER)).isEqualTo(1);
        assertThat(script.candidacies()).isEqualTo(stood + 1);
        assertThat(script.count(Tally.Count.PROSPECTIVE)).as("nobody else even asked").isEqualTo(asked);
    }

    /** Whom the leader that resigns names first, and so would order to take over. */
    private static SimulatedReplica firstSuccessor(Script script) {
        for (Network.Envelope envelope : script.network.detained()) {
            if (envelope.message() instanceof Message.ResigningRequest notice) {
                return script.simulation.replica(notice.successors().getFirst().nodeId());
            }
        }
        throw new AssertionError("nobody resigned");
    }

    /** The leader orders another to take over, with all of its log. */
    private static void order(Script script, SimulatedReplica leader, SimulatedReplica successor) {
        Message order = new Message.TransferRequest(
                RunOptions.CLUSTER, successor.key(), script.epoch(leader), leader.disk().log().size());
        script.network.send(leader, new Effect.Send(successor.key(), Lane.CONTROL, 0, order, 0));
    }

    private static boolean isOrder(Network.Envelope envelope) {
        return envelope.message() instanceof Message.TransferRequest;
    }

    private static boolean isNotice(Network.Envelope envelope) {
        return envelope.message() instanceof Message.ResigningRequest;
    }
}
