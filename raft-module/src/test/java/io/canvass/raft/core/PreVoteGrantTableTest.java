package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.error;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.preVote;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, the grant table, column "pre-vote": each receiver in epoch 5, which is the same after the answer. */
class PreVoteGrantTableTest {
    /** The end of the receiver's own log, but for a leader. */
    private static final LogPosition SAME = at(3, 2);

    @Test
    void unattachedWithoutAVoteGrantsIfTheLogIsUpToDate() {
        assertGrants(Stands.unattached(voters(3)), N3, SAME, NONE);
        assertGrants(Stands.unattached(voters(3)), N3, at(1, 3), NONE);
        assertRefuses(Stands.unattached(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
        assertRefuses(Stands.unattached(voters(3)), N3, at(99, 1), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void unattachedThatRemembersALeaderGrantsAndNamesIt() {
        assertGrants(Stands.unattachedWithHint(voters(3)), N3, SAME, N2);
        assertGrants(Stands.unattachedWithHint(voters(3)), N2, SAME, N2);
        assertRefuses(Stands.unattachedWithHint(voters(3)), N3, at(2, 2), N2, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void unattachedWithAVoteGrantsToWhomItVotedForAndToOthers() {
        assertGrants(Stands.votedForN2(voters(3)), N2, SAME, NONE);
        assertGrants(Stands.votedForN2(voters(3)), N3, SAME, NONE);
        assertRefuses(Stands.votedForN2(voters(3)), N2, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
        assertRefuses(Stands.votedForN2(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void prospectiveGrantsIfTheLogIsUpToDate() {
        assertGrants(Stands.prospective(voters(3)), N3, SAME, NONE);
        assertGrants(Stands.prospectiveWithHint(voters(3)), N3, SAME, N2);
        assertRefuses(Stands.prospective(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void prospectiveWithAVoteGrantsToWhomItVotedForAndToOthers() {
        assertGrants(prospectiveThatVotedForN2(), N2, SAME, NONE);
        assertGrants(prospectiveThatVotedForN2(), N3, SAME, NONE);
        assertRefuses(prospectiveThatVotedForN2(), N2, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
    }

    private static CoreFixture prospectiveThatVotedForN2() {
        CoreFixture replica = Stands.votedForN2(voters(3));
        replica.timeReached(replica.deadline());
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(replica.hardState().vote()).isEqualTo(N2);
        return replica;
    }

    @Test
    void candidateGrantsIfTheLogIsUpToDate() {
        assertGrants(Stands.candidate(voters(3)), N3, SAME, NONE);
        assertRefuses(Stands.candidate(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void followerThatHeardRefusesAllButItsLeader() {
        assertRefuses(Stands.followerThatHeard(voters(3)), N3, SAME, N2, VoteRefusal.LEADER_ALIVE);
        assertRefuses(Stands.followerThatHeard(voters(3)), N3, at(99, 5), N2, VoteRefusal.LEADER_ALIVE);
        assertGrants(Stands.followerThatHeard(voters(3)), N2, SAME, N2);
        assertRefuses(Stands.followerThatHeard(voters(3)), N2, at(2, 2), N2, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void followerRefusesItsLeadersNodeWithAnotherDisk() {
        assertRefuses(
                Stands.followerThatHeard(voters(3)), CoreFixture.otherDisk(N2), SAME, N2, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void followerRefusesForAsLongAsItsTimerHasNotBeenHandled() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(T + FULL + T);
        assertRefuses(replica, N3, SAME, N2, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void followerThatDidNotHearGrantsIfTheLogIsUpToDateAndNamesTheLeader() {
        assertGrants(Stands.followerThatDidNotHear(voters(3)), N3, SAME, N2);
        assertGrants(Stands.followerThatDidNotHear(voters(3)), N2, SAME, N2);
        assertRefuses(Stands.followerThatDidNotHear(voters(3)), N3, at(2, 2), N2, VoteRefusal.LOG_BEHIND);
    }

    /** Whether it voted for this leader or for another. */
    @Test
    void followerThatVotedGrantsBeforeItHearsItsLeaderAndRefusesAfter() {
        for (ReplicaKey leader : new ReplicaKey[] {N2, N3}) {
            ReplicaKey other = leader.equals(N2) ? N3 : N2;
            CoreFixture replica = prospectiveThatVotedForN2();
            replica.response(
                    other, replica.asked(other), preVoteRefused(5, leader, replica.round().id()));
            replica.persisted();
            assertThat(replica.hardState()).isEqualTo(hard(5, N2, leader));

            assertGrants(replica, other, SAME, leader);
            assertGrants(replica, N4, SAME, leader);
            assertRefuses(replica, other, at(2, 2), leader, VoteRefusal.LOG_BEHIND);

            replica.request(leader, heartbeat(5));
            assertRefuses(replica, other, SAME, leader, VoteRefusal.LEADER_ALIVE);
            assertRefuses(replica, N4, SAME, leader, VoteRefusal.LEADER_ALIVE);
            assertThat(replica.hardState()).isEqualTo(hard(5, N2, leader));
        }
    }

    @Test
    void leaderRefuses() {
        assertRefuses(Stands.leader(voters(3)), N3, at(4, 5), N1, VoteRefusal.LEADER_ALIVE);
        assertRefuses(Stands.leader(voters(3)), N3, at(2, 2), N1, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void leaderRefusesOneThatIsNoVoterLikeAnyOther() {
        assertRefuses(Stands.leader(voters(3)), N4, at(4, 5), N1, VoteRefusal.LEADER_ALIVE);
        assertRefuses(Stands.leader(voters(3)), CoreFixture.otherDisk(N3), at(4, 5), N1, VoteRefusal.LEADER_ALIVE);
        Message.VoteRequest older = preVote(4, at(4, 4));
        assertAnswers(Stands.leader(voters(3)), N4, older, error(older, 5, N1, VoteError.FENCED_EPOCH));
    }

    @Test
    void resignedGrantsIfTheLogIsUpToDateAndNamesNobody() {
        assertGrants(Stands.resigned(voters(3)), N3, at(4, 5), NONE);
        assertRefuses(Stands.resigned(voters(3)), N3, SAME, NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void membershipOfTheRequesterIsNotAsked() {
        assertGrants(Stands.unattached(voters(3)), N4, SAME, NONE);
        assertGrants(Stands.followerThatDidNotHear(voters(3)), CoreFixture.otherDisk(N3), SAME, N2);
    }

    @Test
    void anObserverIsJudgedByTheSameTable() {
        CoreFixture unattached = Stands.unattached(voters(3).voters(N2, N3).observers(N1));
        assertGrants(unattached, N3, SAME, NONE);
        assertGrants(unattached, N2, SAME, NONE);
        assertGrants(unattached, N4, SAME, NONE);
        CoreFixture following = Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1));
        assertRefuses(following, N3, SAME, N2, VoteRefusal.LEADER_ALIVE);
        assertGrants(following, N2, SAME, N2);
    }

    /** It has word of its leader only: of a higher epoch, by an answer of the leader of before. */
    @Test
    void anObserverThatDidNotHearItsLeaderGrants() {
        CoreFixture replica = voters(3).voters(N2, N3).observers(N1).epoch(4).start().at(T);
        replica.response(N3, new Message.ReadIndexResponse(5, N2, 1, false, 0));
        replica.persisted();
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, new ElectionTimer.Never()));

        assertGrants(replica, N3, SAME, N2);
        assertRefuses(replica, N3, at(2, 2), N2, VoteRefusal.LOG_BEHIND);

        replica.request(N2, heartbeat(5));
        assertRefuses(replica, N3, SAME, N2, VoteRefusal.LEADER_ALIVE);
    }

    /** It may be a voter by an entry that it does not have yet, and has no timer that would end its trust. */
    @Test
    void anObserverThatHasNotHeardItsLeaderForTGrants() {
        CoreFixture following = Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1));
        following.at(following.now() + T - 1);
        assertRefuses(following, N3, SAME, N2, VoteRefusal.LEADER_ALIVE);
        following.at(following.now() + 1);
        assertGrants(following, N3, SAME, N2);
    }

    /** In the own epoch and in a higher one: a pre-vote is judged alike, and is a pure query. */
    private static void assertGrants(CoreFixture replica, ReplicaKey from, LogPosition log, ReplicaKey leader) {
        for (long epoch : new long[] {5, 6, 50}) {
            Message.VoteRequest request = preVote(epoch, log);
            assertAnswers(replica, from, request, yes(request, 5, leader));
        }
    }

    private static void assertRefuses(
            CoreFixture replica, ReplicaKey from, LogPosition log, ReplicaKey leader, VoteRefusal why) {
        for (long epoch : new long[] {5, 6, 50}) {
            Message.VoteRequest request = preVote(epoch, log);
            assertAnswers(replica, from, request, no(request, 5, leader, why));
        }
    }

    private static void assertAnswers(
            CoreFixture replica, ReplicaKey from, Message.VoteRequest request, Message.VoteResponse answer) {
        Role role = replica.role();
        HardState hardState = replica.hardState();
        CoreStatus status = replica.core.status();
        long deadline = replica.deadline();
        int draws = replica.random.draws();

        assertThat(replica.request(from, request))
                .containsExactly(reply(from, answer, replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
        assertThat(replica.core.status()).isEqualTo(status);
        assertThat(replica.deadline()).isEqualTo(deadline);
        assertThat(replica.random.draws()).isEqualTo(draws);
    }
}
