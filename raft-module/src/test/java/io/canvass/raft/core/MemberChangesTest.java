package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.member;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.sendData;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.leads;
import static io.canvass.raft.core.Messages.takes;
import static org.assertj.core.api.Assertions.assertThat;

/** A leader's judgement of changes of the members, and what one changes from its append on (HAZARDS B1, C5, D1, D5). */
class MemberChangesTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final HardState STATE = hard(5, N1, N1);
    private static final MemberChange ADD_N4 = new MemberChange.Add(member(N4));

    private static Effect refused(long requestId, MemberChange.Refusal why) {
        return complete(requestId, new Effect.Result.ChangeRefused(why));
    }

    private static Effect appended(long requestId, long index) {
        return complete(requestId, new Effect.Result.Appended(index, 5));
    }

    private static Entry entry(long index, List<ReplicaKey> voters, ReplicaKey... observers) {
        Configuration configuration = new Configuration(
                voters.stream().map(CoreFixture::member).toList(),
                List.of(observers).stream().map(CoreFixture::member).toList());
        return new Entry(index, 5, EntryKind.CONFIGURATION, 0, configuration.encode());
    }

    /** Leads n2 and n3, both of which hold and know the first entry of its epoch, 4@5, committed. */
    private static CoreFixture leader(CoreFixture.Builder builder) {
        CoreFixture replica = Stands.leader(builder);
        for (int i = 0; i < 2; i++) {
            replica.response(N2, follows(1, ELECTED, 4));
            replica.response(N3, follows(2, ELECTED, 4));
        }
        return replica;
    }

    private static CoreFixture withObserver() {
        CoreFixture replica = leader(voters(3).observers(N4));
        replica.response(N4, follows(3, ELECTED, 4));
        replica.response(N4, follows(3, ELECTED, 4));
        return replica;
    }

    // ---- who may, and when

    @Test
    void onlyALeaderChangesTheMembers() {
        assertThat(Stands.followerThatHeard(voters(3)).change(1, ADD_N4)).containsExactly(notLeader(1, N2, 5));
        assertThat(Stands.prospectiveWithHint(voters(3)).change(1, ADD_N4)).containsExactly(notLeader(1, NONE, 5));
        assertThat(Stands.resigned(voters(3)).forceChange(1, ADD_N4)).containsExactly(notLeader(1, NONE, 5));
    }

    @Test
    void aDryRunIsJudgedAsIfItWereMeantAndChangesNothing() {
        CoreFixture replica = leader(voters(3));
        assertThat(replica.check(1, ADD_N4)).containsExactly(complete(1, new Effect.Result.ChangeAllowed()));
        assertThat(replica.check(2, new MemberChange.Remove(N4)))
                .containsExactly(refused(2, MemberChange.Refusal.NOT_A_MEMBER));
        assertThat(replica.core.configuration().members()).hasSize(3);
        replica.change(3, ADD_N4);
        assertThat(replica.check(4, new MemberChange.Remove(N3)))
                .containsExactly(refused(4, MemberChange.Refusal.CHANGE_PENDING));
        assertThat(Stands.followerThatHeard(voters(3)).check(1, ADD_N4)).containsExactly(notLeader(1, N2, 5));
    }

    @Test
    void whatIsNotKnownToBeReadIsNotWrittenUnlessItIsThereAlready() {
        CoreFixture replica = leader(voters(3));
        Configuration.Member full = new Configuration.Member(
                N4, "n4:1", "http://n4", Configuration.Promotion.AUTO, (short) 0, (short) 2);
        assertThat(replica.changeReadableTo(1, new MemberChange.Add(full), 1))
                .containsExactly(refused(1, MemberChange.Refusal.OLD_VERSION));
        assertThat(replica.changeReadableTo(2, new MemberChange.Add(full), 2)).contains(appended(2, 5));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.changeReadableTo(3, new MemberChange.Update(full.at("elsewhere:1")), 1))
                .contains(appended(3, 6));
    }

    @Test
    void whoLacksTheConfigurationInForceIsNotPromotedHoweverShortTheLog() {
        CoreFixture replica = leader(voters(3));
        replica.change(1, ADD_N4);
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 5));
        replica.response(N3, follows(2, ELECTED, 5));
        assertThat(replica.change(2, new MemberChange.Promote(N4, 1000)))
                .containsExactly(refused(2, MemberChange.Refusal.TOO_FAR_BEHIND));
        replica.response(N4, follows(3, ELECTED, 5));
        assertThat(replica.change(3, new MemberChange.Promote(N4, 1000))).contains(appended(3, 6));
    }

    @Test
    void nothingChangesBeforeAnEntryOfTheOwnEpochIsCommittedNotEvenByForce() {
        CoreFixture replica = Stands.leader(voters(3));

        assertThat(replica.change(1, ADD_N4)).containsExactly(refused(1, MemberChange.Refusal.NO_COMMIT_IN_EPOCH));
        assertThat(replica.forceChange(2, ADD_N4)).containsExactly(refused(2, MemberChange.Refusal.NO_COMMIT_IN_EPOCH));
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.change(3, ADD_N4)).contains(appended(3, 5));
    }

    @Test
    void oneChangeIsUnderWayAtATimeByForceToo() {
        CoreFixture replica = leader(voters(3));
        replica.change(1, ADD_N4);
        replica.persisted();

        MemberChange next = new MemberChange.Add(member(N5));
        assertThat(replica.change(2, next)).containsExactly(refused(2, MemberChange.Refusal.CHANGE_PENDING));
        assertThat(replica.forceChange(3, next)).containsExactly(refused(3, MemberChange.Refusal.CHANGE_PENDING));
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.change(4, next)).contains(appended(4, 6));
    }

    @Test
    void aConfigurationOfAnEarlierEpochThatIsNotCommittedCountsAsUnderWay() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, Messages.append(5, at(3, 2), 3, CoreFixture.configuration(4, 5, N1, N2, N3)));
        replica.persisted();
        replica.request(N2, Messages.resigning(5, N1, N3));
        replica.timeReached(replica.now());
        replica.response(N3, replica.asked(N3), Messages.preVoteGranted(5, NONE, replica.round().id()));
        replica.persisted();
        replica.response(N3, replica.asked(N3), Messages.voteGranted(6, replica.round().id()));
        replica.persisted();

        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(replica.change(1, ADD_N4)).containsExactly(refused(1, MemberChange.Refusal.NO_COMMIT_IN_EPOCH));
    }

    @Test
    void nothingChangesWhileLeadershipIsHandedOver() {
        CoreFixture replica = leader(voters(3));
        replica.handOver(1, N2, 500);

        assertThat(replica.change(2, ADD_N4)).containsExactly(refused(2, MemberChange.Refusal.TRANSFERRING));
        replica.timeReached(ELECTED + HEARTBEAT);
        replica.response(N3, follows(2, ELECTED + HEARTBEAT, 4));
        replica.timeReached(ELECTED + 500);
        assertThat(replica.change(3, ADD_N4)).contains(appended(3, 5));
    }

    @Test
    void aChangeThatMakesNoSenseIsRefusedAsTheTableSays() {
        CoreFixture replica = leader(voters(3));

        assertThat(replica.change(1, new MemberChange.Add(member(N2))))
                .containsExactly(refused(1, MemberChange.Refusal.ALREADY_A_MEMBER));
        assertThat(replica.change(2, new MemberChange.Remove(N5)))
                .containsExactly(refused(2, MemberChange.Refusal.NOT_A_MEMBER));
        assertThat(replica.change(3, new MemberChange.Promote(N2, 9)))
                .containsExactly(refused(3, MemberChange.Refusal.NOTHING_TO_DO));
        assertThat(replica.end()).isEqualTo(at(4, 5));
    }

    // ---- promotion

    @Test
    void anObserverThatIsTooFarBehindIsNotPromotedNotEvenByForce() {
        CoreFixture replica = withObserver();
        replica.propose(1, "a");
        replica.propose(2, "b");

        assertThat(replica.change(3, new MemberChange.Promote(N4, 1)))
                .containsExactly(refused(3, MemberChange.Refusal.TOO_FAR_BEHIND));
        assertThat(replica.forceChange(4, new MemberChange.Promote(N4, 1)))
                .containsExactly(refused(4, MemberChange.Refusal.TOO_FAR_BEHIND));
        assertThat(replica.change(5, new MemberChange.Promote(N4, 2))).contains(appended(5, 7));
    }

    @Test
    void aPromotionNeedsTheMajorityOfOneVoterMoreFromItsAppendOn() {
        CoreFixture replica = withObserver();

        assertThat(replica.change(1, new MemberChange.Promote(N4, 0)))
                .startsWith(persist(3, STATE, entry(5, List.of(N1, N2, N3, N4))), appended(1, 5));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.commitIndex()).as("two of four").isEqualTo(4);
        replica.response(N4, follows(3, ELECTED, 5));
        assertThat(replica.commitIndex()).isEqualTo(5);
    }

    @Test
    void whoIsPromotedByForceStartsAsFresh() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4));
        replica.response(N2, follows(1, ELECTED, 4));
        for (long time = ELECTED + HEARTBEAT; time <= ELECTED + 2 * T; time += HEARTBEAT) {
            replica.timeReached(time);
            replica.response(N2, follows(1, time, 4));
        }
        replica.forceChange(1, new MemberChange.Demote(N3));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED + 2 * T, 5));
        // n4 was never heard: without a fresh mark no majority of three was heard within T but n1 and n2.
        replica.forceChange(2, new MemberChange.Demote(N2));
        replica.persisted();
        assertThat(replica.commitIndex()).as("n1 alone").isEqualTo(6);
        replica.forceChange(3, new MemberChange.Promote(N4, 99));

        replica.propose(4, "x");
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(replica.deadline()).isLessThanOrEqualTo(ELECTED + 2 * T + HEARTBEAT);
        replica.timeReached(ELECTED + 3 * T);
        assertThat(replica.role().name()).as("for T, and no longer").isEqualTo(RoleName.RESIGNED);
    }

    @Test
    void aMemberThatIsNewIsAskedFromTheEndOfTheLogOnInASessionOfItsOwn() {
        CoreFixture replica = leader(voters(3));
        Entry five = entry(5, List.of(N1, N2, N3), N4);

        assertThat(replica.change(1, ADD_N4))
                .containsExactly(
                        persist(3, STATE, five),
                        appended(1, 5),
                        sendData(N2, 9, leads(N2, 1, at(4, 5), 4, ELECTED, five)),
                        sendData(N3, 10, leads(N3, 2, at(4, 5), 4, ELECTED, five)),
                        sendData(N4, 11, leads(N4, 3, at(5, 5), 4, ELECTED)));
    }

    @Test
    void anObserverCountsForNothing() {
        CoreFixture replica = withObserver();
        replica.propose(1, "x");
        replica.persisted();
        replica.response(N4, follows(3, ELECTED, 5));

        assertThat(replica.commitIndex()).isEqualTo(4);
    }

    // ---- a live majority

    @Test
    void aChangeThatLeavesNoLiveMajorityIsRefusedUnlessForced() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));

        MemberChange withoutN2 = new MemberChange.Remove(N2);
        assertThat(replica.change(1, withoutN2)).containsExactly(refused(1, MemberChange.Refusal.WOULD_LOSE_QUORUM));
        assertThat(replica.change(2, new MemberChange.Demote(N2)))
                .containsExactly(refused(2, MemberChange.Refusal.WOULD_LOSE_QUORUM));
        assertThat(replica.forceChange(3, withoutN2)).contains(appended(3, 5));
    }

    @Test
    void aVoterThatIsSilentMayGoWhileTheOthersAnswer() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));

        assertThat(replica.change(1, new MemberChange.Remove(N3))).contains(appended(1, 5));
    }

    @Test
    void onlyWhatWasSentWithinTheTimeoutMakesAVoterLive() {
        CoreFixture replica = leader(voters(3));
        replica.at(ELECTED + T - 1).response(N3, follows(2, ELECTED + T - 1, 4));
        assertThat(replica.change(1, new MemberChange.Remove(N3))).as("n2 answered T - 1 ago").contains(appended(1, 5));

        CoreFixture later = leader(voters(3));
        later.at(ELECTED + T - 1).response(N3, follows(2, ELECTED + T - 1, 4));
        assertThat(later.at(ELECTED + T).change(1, new MemberChange.Remove(N3)))
                .containsExactly(refused(1, MemberChange.Refusal.WOULD_LOSE_QUORUM));
    }

    @Test
    void aPartOfASnapshotThatIsTakenMakesAVoterLiveAFreshMarkDoesNot() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.change(1, new MemberChange.Remove(N2)))
                .containsExactly(refused(1, MemberChange.Refusal.WOULD_LOSE_QUORUM));

        replica.response(N3, takes(2, ELECTED, Message.SnapshotResult.TAKEN));
        assertThat(replica.change(2, new MemberChange.Remove(N2))).contains(appended(2, 5));
    }

    // ---- what it changes at once

    @Test
    void aCommitThatFewerAreEnoughForComesWithTheChange() {
        CoreFixture replica = Stands.leader(voters(2));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.propose(1, "x");
        replica.persisted();
        assertThat(replica.commitIndex()).isEqualTo(4);

        replica.change(2, new MemberChange.Remove(N2));
        assertThat(replica.commitIndex()).as("alone, what its disk has").isEqualTo(5);
        replica.persisted();
        assertThat(replica.commitIndex()).isEqualTo(6);
    }

    @Test
    void readsThatWaitAreConfirmedWhenFewerAreEnough() {
        CoreFixture replica = Stands.leader(voters(2));
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.read(1L)).noneMatch(Effect.Complete.class::isInstance);

        assertThat(replica.change(2, new MemberChange.Remove(N2)))
                .contains(complete(1, new Effect.Result.ReadAt(4)), appended(2, 5));
    }

    @Test
    void readsThatWaitNeedOneMoreWhenThereIsOneVoterMore() {
        CoreFixture replica = withObserver();
        replica.read(1L);
        replica.change(2, new MemberChange.Promote(N4, 0));

        assertThat(replica.response(N2, follows(1, 1, ELECTED, new Message.AppendResult.Matched(4))))
                .noneMatch(Effect.Complete.class::isInstance);
        assertThat(replica.response(N3, follows(2, 1, ELECTED, new Message.AppendResult.Matched(4))))
                .contains(complete(1, new Effect.Result.ReadAt(4)));
    }

    @Test
    void anAddressChangesAndNothingElse() {
        CoreFixture replica = leader(voters(3));
        Configuration.Member moved = new Configuration.Member(N2, "elsewhere:1");

        assertThat(replica.change(1, new MemberChange.Update(moved))).contains(appended(1, 5));
        assertThat(replica.core.configuration().voters()).containsExactly(member(N1), moved, member(N3));
        replica.persisted();
        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.commitIndex()).as("the session goes on").isEqualTo(5);
    }
}
