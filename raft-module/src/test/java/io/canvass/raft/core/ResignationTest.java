package io.canvass.raft.core;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.SHORT;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.resigning;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions: a leader that resigns, and what its followers make of it. */
class ResignationTest {
    private static final LogPosition END = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);

    // ---- the leader

    @Test
    void aLeaderThatResignsTellsTheVotersBestSuccessorFirst() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4)).at(1250);
        replica.response(N3, follows(2, 1200, 4));
        List<ReplicaKey> successors = List.of(N3, N2);

        assertThat(replica.resign())
                .containsExactly(
                        send(N3, 9, new Message.ResigningRequest(CLUSTER, N3, 5, successors), 0),
                        send(N2, 10, new Message.ResigningRequest(CLUSTER, N2, 5, successors), 0),
                        became(RoleName.RESIGNED, 5, NONE));

        assertThat(replica.role())
                .isEqualTo(new Role.Resigned(
                        successors,
                        Set.of("n2", "n3"),
                        1250 + HEARTBEAT,
                        1250 + 2 * T,
                        new ElectionTimer.At(1250 + FULL)));
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, N1));
    }

    @Test
    void whoIsNotThereIsTheLastAmongTheSuccessors() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, replica.now(), 4));
        replica.step(new Input.PeerLost(replica.now(), N2, Lane.DATA));
        replica.response(N3, follows(2, replica.now(), 3));
        replica.resign();

        assertThat(((Role.Resigned) replica.role()).successors()).containsExactly(N3, N2);
    }

    @Test
    void itRemindsThoseThatHaveNotConfirmedUntilItsTimerRunsOut() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.resign();
        long resignedAt = replica.now();
        List<ReplicaKey> successors = List.of(N2, N3);
        assertThat(replica.response(N2, new Message.ResigningResponse(5, NONE))).isEmpty();

        assertThat(replica.timeReached(resignedAt + HEARTBEAT - 1)).isEmpty();
        assertThat(replica.timeReached(resignedAt + HEARTBEAT))
                .containsExactly(send(N3, 9, new Message.ResigningRequest(CLUSTER, N3, 5, successors), 0));
        assertThat(replica.deadline()).isEqualTo(resignedAt + HEARTBEAT + HEARTBEAT);
        replica.response(N3, new Message.ResigningResponse(5, NONE));
        assertThat(replica.deadline()).isEqualTo(resignedAt + FULL);
        assertThat(replica.timeReached(resignedAt + HEARTBEAT + HEARTBEAT)).isEmpty();
    }

    @Test
    void aResignedLeaderSendsNothingThatWouldRefreshAFollower() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.resign();

        assertThat(replica.propose(7, "x")).containsExactly(notLeader(7, NONE, 5));
        assertThat(replica.read(8L)).containsExactly(notLeader(8, NONE, 5));
        assertThat(replica.response(N2, follows(1, 1200, 4))).isEmpty();
        assertThat(replica.step(new Input.LogRead(replica.now(), N2, 1, List.of(command(2, 1))))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(replica.now(), N2, Lane.DATA))).isEmpty();
        assertThat(replica.resign()).isEmpty();
    }

    @Test
    void onlyALeaderResigns() {
        for (CoreFixture replica : List.of(
                Stands.unattached(voters(3)),
                Stands.prospective(voters(3)),
                Stands.candidate(voters(3)),
                Stands.followerThatHeard(voters(3)),
                Stands.resigned(voters(3)))) {
            Role before = replica.role();
            assertThat(replica.resign()).isEmpty();
            assertThat(replica.role()).isEqualTo(before);
        }
    }

    @Test
    void aSoleVoterThatResignedWinsItsOwnRoundWhenItsTimerRunsOut() {
        CoreFixture replica = voters(1).start();
        replica.persisted();
        replica.persisted();
        replica.resign();

        assertThat(replica.timeReached(FULL))
                .containsExactly(
                        persist(3, hard(7, N1, NONE)),
                        preVoteEnded(new RoundId(1, 2), 6, RoundSummary.Ending.WON, 1, 1),
                        became(RoleName.CANDIDATE, 7, NONE));
    }

    @Test
    void aFailedWriteMakesALeaderResignAndHaltsTheReplica() {
        CoreFixture replica = Stands.leader(voters(3));

        assertThat(replica.step(new Input.StorageFailed(replica.now(), "the disk is gone")))
                .endsWith(became(RoleName.RESIGNED, 5, NONE), new Effect.Halt("the disk is gone"))
                .hasSize(4);
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.request(N2, heartbeat(9))).isEmpty();
        assertThat(replica.timeReached(10 * T)).isEmpty();
    }

    // ---- the followers

    @Test
    void theFirstSuccessorCanvassesAtOnce() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);

        assertThat(replica.request(N2, resigning(5, N1, N3)))
                .containsExactly(
                        became(RoleName.FOLLOWER, 5, NONE), reply(N2, new Message.ResigningResponse(5, NONE), 1));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, new ElectionTimer.At(1100)));
        assertThat(replica.timeReached(1100))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 1),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 1));
    }

    @Test
    void theOtherSuccessorsWaitBetweenHalfAndAWholeTimeout() {
        CoreFixture usual = Stands.followerThatHeard(voters(3)).at(1100);
        usual.request(N2, resigning(5, N3, N1));
        assertThat(usual.role()).isEqualTo(new Role.Follower(N2, false, new ElectionTimer.At(1100 + SHORT)));

        for (long draw : new long[] {0, T / 2 - 1}) {
            CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);
            replica.random.next(draw);
            replica.request(N2, resigning(5, N3, N1));
            assertThat(replica.deadline()).isEqualTo(1100 + T / 2 + 1 + draw);
        }
    }

    @Test
    void aVoterThatIsNotAmongTheSuccessorsWaitsLikeTheOthers() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);
        replica.request(N2, resigning(5));
        assertThat(replica.deadline()).isEqualTo(1100 + SHORT);
    }

    @Test
    void anObserverGetsNoTimer() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1));
        replica.request(N2, resigning(5, N1));
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, new ElectionTimer.Never()));
    }

    @Test
    void aFollowerWhoseLeaderResignedGrantsPreVotesAndNamesNobody() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N3, N1));
        Message.VoteRequest request = Messages.preVote(5, END);

        assertThat(replica.request(N3, request)).containsExactly(reply(N3, Messages.yes(request, 5, NONE), 1));
    }

    @Test
    void lateHeartbeatsOfALeaderThatResignedAreNoContact() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);
        replica.request(N2, resigning(5, N3, N1));
        Role before = replica.role();

        assertThat(replica.at(1200).request(N2, heartbeat(5)))
                .containsExactly(reply(N2, matched(5, NONE, 0), 1));

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.core.status().leaderContactNanos()).isEqualTo(T);
    }

    @Test
    void lateEntriesOfALeaderThatResignedAreStillAppendedButEndNoRound() {
        CoreFixture replica = Stands.followerThatHeard(voters(5));
        replica.request(N2, resigning(5, N1, N3, N4, N5));
        replica.timeReached(replica.now());
        replica.response(N3, 2, preVoteGranted(5, NONE, FIRST));
        Role before = replica.role();

        assertThat(replica.at(1200).request(N2, append(5, END, 0, command(4, 5))))
                .containsExactly(
                        persist(2, hard(5, NONE, N2), command(4, 5)), reply(N2, matched(5, NONE, 4), 2));
        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.response(N4, 3, preVoteGranted(5, NONE, FIRST)))
                .contains(became(RoleName.CANDIDATE, 6, NONE));
    }

    @Test
    void everyRoleRemembersTheResignationForAsLongAsItStaysInTheEpoch() {
        CoreFixture unattached = Stands.unattached(voters(3));
        ElectionTimer timer = unattached.role().electionTimer();
        assertThat(unattached.request(N2, resigning(5, N1, N3)))
                .containsExactly(
                        persist(1, hard(5, NONE, N2)), reply(N2, new Message.ResigningResponse(5, NONE), 1));
        assertThat(unattached.request(N2, heartbeat(5))).containsExactly(reply(N2, matched(5, NONE, 0), 1));
        assertThat(unattached.role()).isEqualTo(new Role.Unattached(N2, timer));

        CoreFixture prospective = Stands.prospective(voters(3));
        Round round = prospective.round();
        prospective.request(N2, resigning(5, N1, N3));
        prospective.request(N2, heartbeat(5));
        assertThat(prospective.role())
                .isEqualTo(new Role.Prospective(N2, round, new ElectionTimer.At(FULL + FULL)));

        CoreFixture candidate = Stands.candidate(voters(3));
        Role before = candidate.role();
        candidate.request(N2, resigning(5, N1, N3));
        candidate.request(N2, heartbeat(5));
        assertThat(candidate.role()).isEqualTo(before);
    }

    @Test
    void anAnswerThatNamesALeaderThatResignedIsOnlyAnAnswer() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.request(N2, resigning(5, N1, N3));

        assertThat(replica.response(N3, 2, preVoteGranted(5, N2, FIRST)))
                .contains(became(RoleName.CANDIDATE, 6, NONE));
    }

    @Test
    void aHigherEpochForgetsTheResignation() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N3, N1));

        assertThat(replica.request(N2, heartbeat(6)))
                .containsExactly(
                        persist(2, hard(6, NONE, N2)),
                        became(RoleName.FOLLOWER, 6, N2),
                        reply(N2, matched(6, N2, 0), 2));
    }

    @Test
    void aResignationOfAHigherEpochIsAdoptedAndTheRunningTimerGoesOn() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        ElectionTimer timer = replica.role().electionTimer();

        assertThat(replica.request(N3, resigning(6, N1, N2)))
                .containsExactly(
                        persist(2, hard(6, NONE, N3)),
                        became(RoleName.UNATTACHED, 6, NONE),
                        reply(N3, new Message.ResigningResponse(6, NONE), 2));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(N3, timer));
    }

    @Test
    void aRepeatedNoticeIsConfirmedAgainAndDrawsNoNewTimer() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N3, N1));
        Role before = replica.role();

        assertThat(replica.at(1300).request(N2, resigning(5, N3, N1)))
                .containsExactly(reply(N2, new Message.ResigningResponse(5, NONE), 1));

        assertThat(replica.role()).isEqualTo(before);
    }
}
