package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.OTHER_CLUSTER;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.THEIR_ROUND;
import static io.canvass.raft.core.Messages.error;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.preVote;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Answering a vote request, 1 to 6: what is looked at first, and that the first four touch nothing. */
class VoteAnswerOrderTest {
    private static final LogPosition SAME = at(3, 2);

    @Test
    void firstAForeignClusterIsAnsweredSoWhateverElseIsWrong() {
        for (boolean preVote : List.of(true, false)) {
            for (ReplicaKey to : List.of(N1, N3)) {
                for (LogPosition log : List.of(SAME, at(-1, 2), at(3, 99))) {
                    for (long epoch : new long[] {4, 5, 99}) {
                        assertTouchesNothing(
                                new Message.VoteRequest(OTHER_CLUSTER, to, epoch, log, preVote, THEIR_ROUND, true),
                                VoteError.INCONSISTENT_CLUSTER_ID);
                    }
                }
            }
        }
    }

    @Test
    void secondARequestForAnotherReplicaIsAnsweredSoBeItAnotherNodeOrAnotherDiskOfThisOne() {
        for (boolean preVote : List.of(true, false)) {
            for (ReplicaKey to : List.of(N3, CoreFixture.otherDisk(N1), NONE)) {
                for (LogPosition log : List.of(SAME, at(-1, 2), at(3, 99))) {
                    for (long epoch : new long[] {4, 5, 99}) {
                        assertTouchesNothing(
                                new Message.VoteRequest(CLUSTER, to, epoch, log, preVote, THEIR_ROUND, true),
                                VoteError.INVALID_VOTER_KEY);
                    }
                }
            }
        }
    }

    @Test
    void aRequestForThisNodeWithoutADirectoryIdIsMeantForIt() {
        CoreFixture replica = Stands.unattached(voters(3));
        Message.VoteRequest request =
                new Message.VoteRequest(CLUSTER, ReplicaKey.ofNode("n1"), 5, SAME, true, THEIR_ROUND, false);

        assertThat(replica.request(N3, request)).containsExactly(reply(N3, yes(request, 5, NONE), 0));
    }

    /** The voter of that name may have had another disk, and remembered what this one does not (HAZARDS E1). */
    @Test
    void oneThatJoinedIsNotMeantByTheNameOfItsNode() {
        for (boolean preVote : List.of(true, false)) {
            CoreFixture replica = Stands.unattached(voters(3).joined());
            Message.VoteRequest request = new Message.VoteRequest(
                    CLUSTER, ReplicaKey.ofNode("n1"), 6, SAME, preVote, THEIR_ROUND, false);

            assertThat(replica.request(N3, request))
                    .containsExactly(reply(
                            N3,
                            new Message.VoteResponse(
                                    5, NONE, false, preVote, THEIR_ROUND, VoteError.INVALID_VOTER_KEY, VoteRefusal.INVALID),
                            0));
            assertThat(replica.hardState()).isEqualTo(new HardState(5, NONE, NONE));
        }
    }

    @Test
    void oneThatJoinedIsMeantByTheNameOfItsDisk() {
        CoreFixture replica = Stands.unattached(voters(3).joined());
        Message.VoteRequest request = new Message.VoteRequest(CLUSTER, N1, 5, SAME, true, THEIR_ROUND, false);

        assertThat(replica.request(N3, request)).containsExactly(reply(N3, yes(request, 5, NONE), 0));
    }

    @Test
    void thirdANegativeNumberIsMalformedWhateverTheEpoch() {
        assertTouchesNothing(preVote(-1, SAME), VoteError.INVALID_REQUEST);
        assertTouchesNothing(vote(-1, SAME), VoteError.INVALID_REQUEST);
        for (long epoch : new long[] {4, 5, 99}) {
            assertTouchesNothing(preVote(epoch, at(-1, 2)), VoteError.INVALID_REQUEST);
            assertTouchesNothing(preVote(epoch, at(3, -1)), VoteError.INVALID_REQUEST);
            assertTouchesNothing(vote(epoch, at(-1, 2)), VoteError.INVALID_REQUEST);
            assertTouchesNothing(vote(epoch, at(3, -1)), VoteError.INVALID_REQUEST);
        }
    }

    @Test
    void thirdALogThatIsAheadOfTheEpochIsMalformedAndForAStandardVoteOneThatIsEven() {
        for (long epoch : new long[] {4, 5, 99}) {
            assertTouchesNothing(preVote(epoch, at(3, epoch + 1)), VoteError.INVALID_REQUEST);
            assertTouchesNothing(vote(epoch, at(3, epoch + 1)), VoteError.INVALID_REQUEST);
            assertTouchesNothing(vote(epoch, at(3, epoch)), VoteError.INVALID_REQUEST);
        }
        CoreFixture replica = Stands.unattached(voters(3));
        Message.VoteRequest even = preVote(5, at(3, 5));
        assertThat(replica.request(N3, even)).containsExactly(reply(N3, yes(even, 5, NONE), 0));
    }

    @Test
    void fourthALowerEpochIsFencedWithTheOwnEpochAndLeader() {
        assertTouchesNothing(preVote(4, at(99, 4)), VoteError.FENCED_EPOCH);
        assertTouchesNothing(vote(4, at(99, 3)), VoteError.FENCED_EPOCH);
        assertTouchesNothing(Messages.transferVote(4, at(99, 3)), VoteError.FENCED_EPOCH);
    }

    @Test
    void fifthAPreVoteOfAHigherEpochIsJudgedWithoutAdoptingIt() {
        CoreFixture leader = Stands.leader(voters(3));
        Message.VoteRequest request = preVote(99, at(99, 99));

        assertThat(leader.request(N3, request))
                .containsExactly(reply(
                        N3, no(request, 5, N1, VoteRefusal.LEADER_ALIVE), leader.lastToken().sequence()));

        assertThat(leader.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(leader.hardState()).isEqualTo(hard(5, N1, N1));
    }

    @Test
    void sixthAStandardVoteOfAHigherEpochIsAdoptedAndThenGranted() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        Message.VoteRequest request = vote(7, SAME);

        assertThat(replica.request(N3, request))
                .containsExactly(
                        persist(2, hard(7, N3, NONE)),
                        became(RoleName.UNATTACHED, 7, NONE),
                        reply(N3, yes(request, 7, NONE), 2));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.WhenDurable(2)));
    }

    @Test
    void sixthAStandardVoteOfAHigherEpochIsAdoptedEvenWhenItIsThenRefusedAndTheTimerRunsOn() {
        CoreFixture replica = Stands.prospectiveWithHint(voters(3));
        ElectionTimer timer = replica.role().electionTimer();
        Message.VoteRequest request = vote(7, at(2, 2));

        assertThat(replica.request(N3, request))
                .containsExactly(
                        persist(1, hard(7, NONE, NONE)),
                        preVoteEnded(new RoundId(1, 1), 5, RoundSummary.Ending.HIGHER_EPOCH, 1, 2),
                        became(RoleName.UNATTACHED, 7, NONE),
                        reply(N3, no(request, 7, NONE, VoteRefusal.LOG_BEHIND), 1));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, timer));
    }

    @Test
    void forAnElectionTimeoutAfterItsStartAReplicaRefusesEveryPreVote() {
        CoreFixture replica = voters(3).stored(5, NONE, N2).start();
        Message.VoteRequest request = preVote(5, at(99, 5));
        for (ReplicaKey asker : List.of(N2, N3)) {
            assertThat(replica.at(T - 1).request(asker, request))
                    .containsExactly(reply(asker, no(request, 5, N2, VoteRefusal.JUST_STARTED), 0));
        }
        assertThat(replica.at(T).request(N3, request)).containsExactly(reply(N3, yes(request, 5, N2), 0));
    }

    @Test
    void aReplicaThatJustStartedAnswersAStandardVote() {
        CoreFixture replica = voters(3).start();
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.at(10).request(N3, request))
                .containsExactly(persist(1, hard(5, N3, NONE)), reply(N3, yes(request, 5, NONE), 1));
    }

    @Test
    void aSoleVoterThatJustStartedLeadsAndSaysSo() {
        CoreFixture replica = voters(1).start();
        replica.persisted();
        Message.VoteRequest request = preVote(6, at(99, 5));

        assertThat(replica.at(10).request(N3, request))
                .containsExactly(reply(
                        N3, no(request, 6, N1, VoteRefusal.LEADER_ALIVE), replica.lastToken().sequence()));
    }

    /** On a follower, whose lease, leader and timer all could be touched. */
    private static void assertTouchesNothing(Message.VoteRequest request, VoteError expected) {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        Role role = replica.role();
        HardState hardState = replica.hardState();
        long deadline = replica.deadline();

        assertThat(replica.request(N3, request)).containsExactly(reply(N3, error(request, 5, N2, expected), 1));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
        assertThat(replica.deadline()).isEqualTo(deadline);
    }
}
