package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.member;
import static io.canvass.raft.core.CoreFixture.otherDisk;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.leads;
import static org.assertj.core.api.Assertions.assertThat;

/** A leader that removes itself or others, and another disk in the place of a lost one (HAZARDS D3, D4, D8, D9, E1). */
class RemovalTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;

    /** Leads n2 and n3; both hold and know 4@5. */
    private static CoreFixture leader(CoreFixture.Builder builder) {
        CoreFixture replica = Stands.leader(builder);
        for (int i = 0; i < 2; i++) {
            replica.response(N2, follows(1, ELECTED, 4));
            replica.response(N3, follows(2, ELECTED, 4));
        }
        return replica;
    }

    private static CoreFixture removing(ReplicaKey gone) {
        CoreFixture replica = leader(voters(3));
        replica.change(1, new MemberChange.Remove(gone));
        replica.persisted();
        return replica;
    }

    private static List<ReplicaKey> peers(CoreFixture replica) {
        return replica.core.status().peers().stream().map(CoreStatus.Peer::key).toList();
    }

    // ---- the leader itself

    @Test
    void aLeaderThatRemovesItselfLeadsUntilThatIsCommittedAndThenResigns() {
        CoreFixture replica = removing(N1);
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(replica.propose(2, "x")).contains(complete(2, new Effect.Result.Appended(6, 5)));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.commitIndex()).as("it does not count itself").isEqualTo(4);

        List<Effect> effects = replica.response(N3, follows(2, ELECTED, 5));

        assertThat(effects).contains(became(RoleName.RESIGNED, 5, NONE), new Effect.Apply(5, 5));
        for (ReplicaKey voter : List.of(N2, N3)) {
            assertThat(sentTo(voter, Message.ResigningRequest.class, effects))
                    .containsExactly(new Message.ResigningRequest(CLUSTER, voter, 5, List.of(N2, N3)));
        }
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.Never());
    }

    @Test
    void itCampaignsNeverAgain() {
        CoreFixture replica = removing(N1);
        replica.response(N2, follows(1, ELECTED, 5));
        replica.response(N3, follows(2, ELECTED, 5));
        replica.response(N2, new Message.ResigningResponse(5, NONE));
        replica.response(N3, new Message.ResigningResponse(5, NONE));

        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.timeReached(ELECTED + 50 * T)).isEmpty();
    }

    @Test
    void itRemindsWhoDoesNotConfirmForAsLongAsATimerMayRunAndNoLonger() {
        CoreFixture replica = removing(N1);
        replica.response(N2, follows(1, ELECTED, 5));
        replica.response(N3, follows(2, ELECTED, 5));
        replica.response(N2, new Message.ResigningResponse(5, NONE));

        for (long at = ELECTED + HEARTBEAT; at < ELECTED + 2 * T; at += HEARTBEAT) {
            assertThat(replica.deadline()).isEqualTo(at);
            List<Effect> effects = replica.timeReached(at);
            assertThat(sentTo(N3, Message.ResigningRequest.class, effects)).hasSize(1);
            assertThat(sentTo(N2, Message.class, effects)).isEmpty();
        }
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.timeReached(ELECTED + 2 * T)).isEmpty();
    }

    @Test
    void aLeaderThatBecomesAnObserverGoesTheSameWay() {
        CoreFixture replica = leader(voters(3));
        replica.change(1, new MemberChange.Demote(N1));
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        replica.response(N3, follows(2, ELECTED, 5));
        assertThat(replica.role().name()).isEqualTo(RoleName.RESIGNED);
    }

    @Test
    void ofTwoVotersTheOneThatStaysDecidesAlone() {
        CoreFixture replica = Stands.leader(voters(2));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.change(1, new MemberChange.Remove(N1));
        replica.persisted();
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);

        assertThat(replica.response(N2, follows(1, ELECTED, 5))).contains(became(RoleName.RESIGNED, 5, NONE));
    }

    @Test
    void aRemovalOfItselfThatIsNeverCommittedLeavesItAVoter() {
        CoreFixture replica = removing(N1);
        replica.request(N2, heartbeat(6));
        assertThat(replica.core.status().voter()).isFalse();
        assertThat(replica.role().electionTimer())
                .as("it may be needed yet")
                .isEqualTo(new ElectionTimer.At(ELECTED + CoreFixture.FULL));

        replica.request(N2, append(6, at(4, 5), 4, command(5, 6)));

        assertThat(replica.core.status().voter()).isTrue();
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(ELECTED + CoreFixture.FULL));
    }

    // ---- a peer

    @Test
    void aPeerThatIsRemovedCountsNoMoreIsToldAndThenForgotten() {
        CoreFixture replica = removing(N3);
        replica.response(N3, follows(2, ELECTED, 5));
        assertThat(replica.commitIndex()).as("n3 does not count").isEqualTo(4);

        List<Effect> committed = replica.response(N2, follows(1, ELECTED, 5));
        assertThat(sentTo(N3, Message.AppendRequest.class, committed))
                .containsExactly(leads(N3, 2, at(5, 5), 5, ELECTED));
        assertThat(peers(replica)).containsExactly(N2, N3);

        List<Effect> next = replica.timeReached(ELECTED + HEARTBEAT);
        assertThat(peers(replica)).containsExactly(N2);
        assertThat(sentTo(N3, Message.class, next)).isEmpty();
    }

    @Test
    void aPeerThatIsRemovedAndDoesNotAnswerIsForgottenAfterTheTimeout() {
        CoreFixture replica = removing(N3);
        replica.response(N2, follows(1, ELECTED, 5));
        for (long time = ELECTED + HEARTBEAT; time < ELECTED + T; time += HEARTBEAT) {
            assertThat(sentTo(N3, Message.AppendRequest.class, replica.timeReached(time))).isNotEmpty();
            replica.response(N2, follows(1, time, 5));
        }
        assertThat(peers(replica)).containsExactly(N2, N3);
        replica.timeReached(ELECTED + T);
        assertThat(peers(replica)).containsExactly(N2);
    }

    @Test
    void aPeerIsNotForgottenBeforeItsRemovalIsCommitted() {
        CoreFixture replica = removing(N3);
        replica.response(N3, follows(2, ELECTED, 5));
        replica.timeReached(ELECTED + HEARTBEAT);

        assertThat(peers(replica)).containsExactly(N2, N3);
    }

    @Test
    void lateAnswersOfOneThatIsForgottenAreNothing() {
        CoreFixture replica = removing(N3);
        replica.response(N3, follows(2, ELECTED, 5));
        replica.response(N2, follows(1, ELECTED, 5));
        replica.timeReached(ELECTED + HEARTBEAT);

        assertThat(replica.response(N3, follows(2, ELECTED, 5))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(replica.now(), N3, Lane.DATA))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(replica.now(), N3, Lane.SNAPSHOT))).isEmpty();
    }

    @Test
    void whoIsAddedAgainBeforeItIsForgottenIsAMemberLikeAnyOther() {
        CoreFixture replica = removing(N3);
        replica.response(N3, follows(2, ELECTED, 5));
        replica.response(N2, follows(1, ELECTED, 5));
        replica.change(2, new MemberChange.Add(member(N3)));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 6));
        replica.response(N3, follows(2, ELECTED, 6));
        replica.timeReached(ELECTED + HEARTBEAT);
        replica.timeReached(ELECTED + 2 * HEARTBEAT);

        assertThat(peers(replica)).containsExactly(N2, N3);
        assertThat(replica.core.configuration().observers()).containsExactly(member(N3));
    }

    @Test
    void whoIsAddedAgainWithAnotherDiskKnowsNothingAndLateAnswersOfTheFirstAreRefused() {
        CoreFixture replica = removing(N3);
        replica.response(N2, follows(1, ELECTED, 5));
        ReplicaKey again = otherDisk(N3);
        List<Effect> effects = replica.change(2, new MemberChange.Add(member(again)));

        assertThat(sentTo(again, Message.AppendRequest.class, effects))
                .containsExactly(leads(again, 3, at(6, 5), 5, ELECTED));
        assertThat(replica.response(N3, follows(2, ELECTED, 5)))
                .containsExactly(
                        new Effect.Refused(N3, "answers for " + again + ", which is another replica"));
        assertThat(replica.response(N3, follows(3, ELECTED, 6)))
                .containsExactly(
                        new Effect.Refused(N3, "answers for " + again + ", which is another replica"));
    }

    // ---- another disk

    @Test
    void aLostDiskIsReplacedByOneThatKnowsNothing() {
        CoreFixture replica = leader(voters(3));
        ReplicaKey fresh = otherDisk(N3);
        List<Effect> effects = replica.change(1, new MemberChange.Replace(N3, member(fresh)));

        assertThat(sentTo(fresh, Message.AppendRequest.class, effects))
                .containsExactly(leads(fresh, 3, at(5, 5), 4, ELECTED));
        assertThat(sentTo(N3, Message.AppendRequest.class, effects)).isEmpty();
        replica.persisted();
        replica.response(N3, follows(2, ELECTED, 5));
        assertThat(replica.commitIndex()).as("the lost disk counts no more").isEqualTo(4);
        replica.response(fresh, follows(3, ELECTED, 5));
        assertThat(replica.commitIndex()).as("nor does the new one, before it is promoted").isEqualTo(4);
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.commitIndex()).isEqualTo(5);
    }

    @Test
    void itIsNoLiveVoterBeforeItAnswers() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N3, follows(2, ELECTED, 4));

        assertThat(replica.change(1, new MemberChange.Replace(N3, member(otherDisk(N3)))))
                .containsExactly(complete(
                        1, new Effect.Result.ChangeRefused(MemberChange.Refusal.WOULD_LOSE_QUORUM)));
    }

    @Test
    void aReadIsNotConfirmedByTheDiskThatIsLost() {
        CoreFixture replica = leader(voters(3));
        replica.read(7L);
        replica.change(1, new MemberChange.Replace(N3, member(otherDisk(N3))));

        assertThat(replica.response(N3, follows(2, 1, ELECTED, new Message.AppendResult.Matched(4))))
                .noneMatch(Effect.Complete.class::isInstance);
        assertThat(replica.response(N2, follows(1, 1, ELECTED, new Message.AppendResult.Matched(4))))
                .contains(complete(7, new Effect.Result.ReadAt(4)));
    }

    @Test
    void anObserverThatIsRemovedIsToldToo() {
        CoreFixture replica = leader(voters(3).observers(N4));
        replica.response(N4, follows(3, ELECTED, 4));
        replica.change(1, new MemberChange.Remove(N4));
        replica.persisted();
        replica.response(N4, follows(3, ELECTED, 5));

        assertThat(replica.response(N2, follows(1, ELECTED, 5)))
                .contains(send(N4, replica.lastCorrelation(), leads(N4, 3, at(5, 5), 5, ELECTED), 0));
    }
}
