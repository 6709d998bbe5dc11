package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.member;
import static io.canvass.raft.core.CoreFixture.otherDisk;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;

/** A leader that hands its office over (Raft dissertation, section 3.10; HAZARDS A25, B8). */
class HandoverTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final long PATIENCE = 50;

    /** Leads n2 and n3; both hold 4@5, all there is. */
    private static CoreFixture leader() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4));
        for (int i = 0; i < 2; i++) {
            replica.response(N2, follows(1, ELECTED, 4));
            replica.response(N3, follows(2, ELECTED, 4));
        }
        return replica;
    }

    /** n2 lacks 5@5. */
    private static CoreFixture waitingForN2() {
        CoreFixture replica = leader();
        replica.propose(1, "x");
        replica.persisted();
        assertThat(replica.handOver(9, N2, PATIENCE)).isEmpty();
        return replica;
    }

    private static Message.TransferRequest order(ReplicaKey to, long lastIndex) {
        return new Message.TransferRequest(CLUSTER, to, 5, lastIndex);
    }

    private static Effect failed(Effect.Result.TransferFailed.Why why) {
        return complete(9, new Effect.Result.TransferFailed(why));
    }

    private static Message.TransferResponse answered(boolean accepted) {
        return new Message.TransferResponse(5, N1, accepted);
    }

    // ---- the order

    @Test
    void aVoterThatHoldsAllThereIsIsOrderedAtOnce() {
        assertThat(leader().handOver(9, N2, PATIENCE)).containsExactly(send(N2, 10, order(N2, 4), 0));
    }

    @Test
    void aVoterThatLacksEntriesIsOrderedWhenItHoldsThemDurablyAndOnce() {
        CoreFixture replica = waitingForN2();

        assertThat(sentTo(N3, Message.TransferRequest.class, replica.response(N3, follows(2, ELECTED, 5)))).isEmpty();
        assertThat(sentTo(N2, Message.TransferRequest.class, replica.response(N2, follows(1, ELECTED, 4)))).isEmpty();
        assertThat(sentTo(N2, Message.TransferRequest.class, replica.response(N2, follows(1, ELECTED, 5))))
                .containsExactly(order(N2, 5));
        assertThat(sentTo(N2, Message.TransferRequest.class, replica.response(N2, follows(1, ELECTED, 5)))).isEmpty();
    }

    @Test
    void withoutATargetItIsTheVoterWithTheLongestLog() {
        CoreFixture replica = leader();
        replica.propose(1, "x");
        replica.persisted();
        replica.response(N3, follows(2, ELECTED, 5));

        assertThat(replica.handOver(9, NONE, PATIENCE)).contains(send(N3, replica.lastCorrelation(), order(N3, 5), 0));
    }

    /** n3 has 5@5, all there is; n2 lacks it. */
    private static CoreFixture leaderThatN3Follows() {
        CoreFixture replica = leader();
        replica.propose(1, "x");
        replica.persisted();
        replica.response(N3, follows(2, ELECTED, 5));
        return replica;
    }

    private static void isOrderedInThePlaceOfN3(CoreFixture replica, long session) {
        assertThat(replica.handOver(9, NONE, PATIENCE)).as("n2 lacks an entry").isEmpty();
        assertThat(sentTo(N2, Message.TransferRequest.class, replica.response(N2, follows(session, replica.now(), 5))))
                .containsExactly(order(N2, 5));
    }

    @ParameterizedTest
    @EnumSource(value = Lane.class, names = {"DATA", "CONTROL"})
    void withoutATargetItIsNoVoterWhoseConnectionIsLost(Lane lane) {
        CoreFixture replica = leaderThatN3Follows();
        replica.step(new Input.PeerLost(ELECTED, N3, lane));
        replica.at(ELECTED + 1).response(N3, follows(2, ELECTED, 5));

        isOrderedInThePlaceOfN3(replica, 1);
    }

    @Test
    void aVoterIsThereAgainWhenItHasAnsweredWhatWasSentAfterItsConnectionWasLost() {
        CoreFixture replica = leaderThatN3Follows();
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.CONTROL));
        replica.at(ELECTED + 2).response(N3, follows(2, ELECTED + 1, 5));

        assertThat(sentTo(N3, Message.TransferRequest.class, replica.handOver(9, NONE, PATIENCE)))
                .containsExactly(order(N3, 5));
    }

    @Test
    void aSnapshotThatEndedSaysNothingOfItsReceiver() {
        CoreFixture replica = leaderThatN3Follows();
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.SNAPSHOT));

        assertThat(sentTo(N3, Message.TransferRequest.class, replica.handOver(9, NONE, PATIENCE)))
                .containsExactly(order(N3, 5));
    }

    @Test
    void withoutATargetItIsAVoterThatAnsweredWhatWasSentWithinTheElectionTimeout() {
        CoreFixture replica = leaderThatN3Follows();
        replica.at(ELECTED + T - 1).response(N2, follows(1, ELECTED + T - 1, 4));
        assertThat(sentTo(N3, Message.TransferRequest.class, replica.handOver(9, NONE, 1)))
                .as("n3 is silent, but not for long enough")
                .containsExactly(order(N3, 5));
        replica.timeReached(ELECTED + T);

        isOrderedInThePlaceOfN3(replica, 4);
    }

    @Test
    void ofVotersThatHaveAsMuchItIsTheOneThatIsNamedFirstInTheConfiguration() {
        assertThat(sentTo(N2, Message.TransferRequest.class, leader().handOver(9, NONE, PATIENCE)))
                .containsExactly(order(N2, 4));
    }

    @Test
    void withoutATargetAndAVoterThatAnswersItIsRefusedAtOnce() {
        CoreFixture replica = leader();
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.DATA));
        assertThat(replica.handOver(9, NONE, PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.NO_VOTER_ANSWERS));
        assertThat(replica.propose(1, "x")).contains(complete(1, new Effect.Result.Appended(5, 5)));
    }

    @Test
    void whoHasNotAnsweredInThisLeadershipIsNotKnownToBeThere() {
        CoreFixture replica = Stands.leader(voters(2).applied(1));

        assertThat(replica.handOver(9, NONE, PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.NO_VOTER_ANSWERS));
    }

    @Test
    void aVoterThatIsNamedIsWaitedForWhetherItAnswersOrNot() {
        CoreFixture replica = leader();
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        replica.propose(1, "x");

        assertThat(replica.handOver(9, N2, PATIENCE)).isEmpty();
        assertThat(replica.timeReached(ELECTED + PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.TIMED_OUT));
    }

    @Test
    void onlyToAnotherVoter() {
        for (ReplicaKey target : List.of(N1, N4, CoreFixture.N5, otherDisk(N2))) {
            assertThat(leader().handOver(9, target, PATIENCE))
                    .containsExactly(failed(Effect.Result.TransferFailed.Why.NO_SUCH_VOTER));
        }
        CoreFixture alone = voters(1).epoch(4).start();
        alone.persisted();
        assertThat(alone.handOver(9, NONE, PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.NO_SUCH_VOTER));
    }

    @Test
    void onlyALeaderHandsOver() {
        assertThat(Stands.followerThatHeard(voters(3)).handOver(9, N3, PATIENCE)).containsExactly(notLeader(9, N2, 5));
    }

    @Test
    void oneAtATimeAndNotDuringAChangeOfMembers() {
        CoreFixture replica = leader();
        replica.handOver(1, N2, PATIENCE);
        assertThat(replica.handOver(9, N3, PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.BUSY));

        CoreFixture changing = leader();
        changing.change(1, new MemberChange.Add(member(CoreFixture.N5)));
        assertThat(changing.handOver(9, N3, PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.BUSY));
    }

    @Test
    void theTargetCannotBeRemovedMeanwhile() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);

        assertThat(replica.forceChange(1, new MemberChange.Remove(N2)))
                .containsExactly(complete(1, new Effect.Result.ChangeRefused(MemberChange.Refusal.TRANSFERRING)));
    }

    // ---- meanwhile

    @Test
    void proposalsAreRefusedMeanwhileAndTakenAgainAfterwards() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);

        assertThat(replica.propose(1, "x")).containsExactly(notLeader(1, NONE, 5));
        replica.timeReached(ELECTED + PATIENCE);
        assertThat(replica.propose(2, "x")).contains(complete(2, new Effect.Result.Appended(5, 5)));
    }

    @Test
    void readsAreAnsweredMeanwhile() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);
        replica.read(1L);

        assertThat(replica.response(N3, follows(2, 1, ELECTED, new Message.AppendResult.Matched(4))))
                .contains(complete(1, new Effect.Result.ReadAt(4)));
    }

    // ---- its end

    @Test
    void anAnswerThatAcceptsChangesNothingUntilTheNewEpochIsHeardOf() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);
        assertThat(replica.response(N2, answered(true))).isEmpty();
        assertThat(replica.propose(1, "x")).containsExactly(notLeader(1, NONE, 5));

        assertThat(replica.request(N2, heartbeat(6)))
                .contains(complete(9, new Effect.Result.LeadershipLeft(true)));
    }

    @Test
    void aRefusalEndsItAtOnce() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);

        assertThat(replica.response(N3, answered(false))).as("not whom it was handed to").isEmpty();
        assertThat(replica.response(N2, answered(false)))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.REFUSED));
        assertThat(replica.response(N2, answered(false))).isEmpty();
        assertThat(replica.propose(1, "x")).contains(complete(1, new Effect.Result.Appended(5, 5)));
    }

    @Test
    void aRefusalOfAnEarlierEpochIsNothing() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, PATIENCE);

        assertThat(replica.response(N2, new Message.TransferResponse(4, N1, false))).isEmpty();
    }

    @Test
    void atItsDeadlineTheLeaderLeadsOn() {
        CoreFixture replica = waitingForN2();
        assertThat(replica.deadline()).isEqualTo(ELECTED + PATIENCE);

        assertThat(replica.timeReached(ELECTED + PATIENCE - 1)).isEmpty();
        assertThat(replica.timeReached(ELECTED + PATIENCE))
                .containsExactly(failed(Effect.Result.TransferFailed.Why.TIMED_OUT));
        assertThat(replica.deadline()).isEqualTo(ELECTED + HEARTBEAT);
        assertThat(sentTo(N2, Message.TransferRequest.class, replica.response(N2, follows(1, ELECTED, 5)))).isEmpty();
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void whoIsToldThatLeadershipEndedIsToldWhetherTheOrderHadGoneOut() {
        CoreFixture ordered = leader();
        ordered.handOver(9, N2, PATIENCE);
        assertThat(ordered.resign()).contains(complete(9, new Effect.Result.LeadershipLeft(true)));

        CoreFixture waiting = waitingForN2();
        assertThat(waiting.request(N3, heartbeat(6))).contains(complete(9, new Effect.Result.LeadershipLeft(false)));
    }

    @Test
    void aTargetThatComesBackWithAnotherDiskIsNotOrderedBeforeItHoldsAll() {
        CoreFixture replica = Stands.leader(voters(3).voters(N1, ReplicaKey.ofNode("n2"), N3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N3, follows(2, ELECTED, 4));
        replica.propose(1, "x");
        replica.persisted();
        replica.handOver(9, N2, PATIENCE);

        assertThat(replica.response(otherDisk(N2), follows(1, ELECTED, 5)))
                .noneMatch(effect -> effect instanceof Effect.Send s && s.message() instanceof Message.TransferRequest);
    }
}
