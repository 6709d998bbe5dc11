package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.leaderChange;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.refused;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sendData;
import static io.canvass.raft.core.Effects.voteEnded;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.askVote;
import static io.canvass.raft.core.Messages.leads;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.unsupported;
import static io.canvass.raft.core.Messages.voteGranted;
import static io.canvass.raft.core.Messages.voteRefused;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions: the rows in which a replica campaigns. */
class CampaignTest {
    private static final LogPosition END = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);
    private static final RoundId THIRD = new RoundId(1, 3);

    @Test
    void unattachedWhoseTimerRunsOutCanvassesInTheSameEpochAndNothingIsPersisted() {
        CoreFixture replica = Stands.unattachedWithHint(voters(3));

        assertThat(replica.timeReached(FULL))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 0),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 0));

        assertThat(replica.role())
                .isEqualTo(new Role.Prospective(N2, replica.round(), new ElectionTimer.At(FULL + FULL)));
        assertThat(replica.round().granted()).containsExactly("n1");
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void unattachedKeepsItsVoteWhenItCanvasses() {
        CoreFixture replica = Stands.votedForN2(voters(3));

        assertThat(replica.timeReached(replica.deadline()))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 1),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 1));

        assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
    }

    @Test
    void followerWhoseTimerRunsOutCanvassesAndKeepsTheLeaderAsAHintOnly() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.timeReached(T + FULL))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 1),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 1));

        assertThat(replica.role().rememberedLeader()).isEqualTo(N2);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void prospectiveWhoseRoundIsWonRaisesTheEpochAndItsVoteIsDurableBeforeAnyRequestLeaves() {
        CoreFixture replica = Stands.prospectiveWithHint(voters(3));

        assertThat(replica.response(N3, 2, preVoteGranted(5, N2, FIRST)))
                .containsExactly(
                        persist(1, hard(6, N1, NONE)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.WON, 2, 2),
                        became(RoleName.CANDIDATE, 6, NONE),
                        send(N2, 3, askVote(N2, 6, END, SECOND), 1),
                        send(N3, 4, askVote(N3, 6, END, SECOND), 1));

        assertThat(replica.role()).isEqualTo(new Role.Candidate(replica.round(), new ElectionTimer.WhenDurable(1)));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.at(1500).persisted()).isEmpty();
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(1500 + FULL));
        assertThat(replica.round().granted()).containsExactly("n1");
    }

    @Test
    void aPreVoteGrantMayBearALowerEpochThanOursAndStillCounts() {
        CoreFixture replica = Stands.prospective(voters(3));

        replica.response(N3, 2, preVoteGranted(2, NONE, FIRST));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void prospectiveAnsweredByAnOldPeerBecomesCandidateAtOnce() {
        CoreFixture replica = Stands.prospective(voters(3));

        assertThat(replica.response(N3, 2, unsupported(5)))
                .containsExactly(
                        persist(1, hard(6, N1, NONE)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.UNSUPPORTED_VERSION, 1, 2),
                        became(RoleName.CANDIDATE, 6, NONE),
                        send(N2, 3, askVote(N2, 6, END, SECOND), 1),
                        send(N3, 4, askVote(N3, 6, END, SECOND), 1));
    }

    @Test
    void anOldPeersAnswerIsNothingOnceItsRoundIsClosed() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.response(N2, 1, preVoteRefused(5, NONE, FIRST));
        replica.response(N3, 2, preVoteRefused(5, NONE, FIRST));

        assertThat(replica.response(N3, 2, unsupported(5))).isEmpty();
        assertThat(replica.timeReached(replica.deadline())).hasSize(2);
        assertThat(replica.response(N3, 2, unsupported(5))).isEmpty();

        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, NONE));
    }

    @Test
    void aStreamThatBreaksIsNoAnswer() {
        CoreFixture replica = Stands.prospective(voters(3));
        Role before = replica.role();

        assertThat(replica.step(new Input.PeerLost(replica.now(), N2, Lane.CONTROL))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(replica.now(), N3, Lane.DATA))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void prospectiveWhoseTimerRunsOutAsksANewRoundWithANewIdAndAFreshTimer() {
        CoreFixture replica = Stands.prospectiveWithHint(voters(3));
        replica.random.next(999);

        assertThat(replica.timeReached(FULL + FULL))
                .containsExactly(
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.TIMED_OUT, 1, 2),
                        send(N2, 3, askPreVote(N2, 5, END, SECOND), 0),
                        send(N3, 4, askPreVote(N3, 5, END, SECOND), 0));

        assertThat(replica.role())
                .isEqualTo(new Role.Prospective(N2, replica.round(), new ElectionTimer.At(FULL + FULL + T + T)));
        assertThat(replica.round().granted()).containsExactly("n1");
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void candidateWhoseRoundIsWonLeadsAndAppendsAnEntryOfItsOwnEpochAtOnce() {
        CoreFixture replica = Stands.candidate(voters(3));
        replica.at(1300);

        assertThat(replica.response(N3, 4, voteGranted(5, SECOND)))
                .containsExactly(
                        persist(2, hard(5, N1, N1), leaderChange(4, 5)),
                        voteEnded(SECOND, 5, RoundSummary.Ending.WON, 2, 2),
                        sendData(N2, 5, leads(N2, 1, END, 0, 1300, leaderChange(4, 5))),
                        sendData(N3, 6, leads(N3, 2, END, 0, 1300, leaderChange(4, 5))),
                        became(RoleName.LEADER, 5, N1));

        assertThat(replica.role()).isInstanceOf(Role.Leader.class);
        assertThat(replica.deadline()).isEqualTo(1300 + CoreFixture.HEARTBEAT);
    }

    @Test
    void aCandidatesOwnVoteCountsOnlyWhenItIsDurable() {
        CoreFixture replica = Stands.prospective(voters(3).epoch(4));
        replica.response(N2, 1, preVoteGranted(4, NONE, FIRST));

        assertThat(replica.response(N3, 4, voteGranted(5, SECOND))).isEmpty();
        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
        assertThat(replica.persisted(1, 0))
                .contains(
                        voteEnded(SECOND, 5, RoundSummary.Ending.WON, 2, 2), became(RoleName.LEADER, 5, N1));
    }

    @Test
    void candidateWhoseRoundIsLostStaysAndWaitsForItsTimer() {
        CoreFixture replica = Stands.candidate(voters(3));
        ElectionTimer timer = replica.role().electionTimer();
        assertThat(replica.response(N2, 3, voteRefused(5, NONE, SECOND))).isEmpty();

        assertThat(replica.response(N3, 4, voteRefused(5, NONE, SECOND)))
                .containsExactly(voteEnded(
                        SECOND,
                        5,
                        RoundSummary.Ending.LOST,
                        1,
                        2,
                        refused(N2, VoteRefusal.ALREADY_VOTED),
                        refused(N3, VoteRefusal.ALREADY_VOTED)));

        assertThat(replica.role()).isEqualTo(new Role.Candidate(replica.round(), timer));
        assertThat(replica.round().open()).isFalse();
        assertThat(replica.timeReached(replica.deadline() - 1)).isEmpty();
    }

    @Test
    void candidateWhoseTimerRunsOutCanvassesInTheSameRaisedEpochAndKeepsTheVoteForItself() {
        CoreFixture replica = Stands.candidate(voters(3));

        assertThat(replica.timeReached(FULL + FULL))
                .containsExactly(
                        voteEnded(SECOND, 5, RoundSummary.Ending.TIMED_OUT, 1, 2),
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 5, askPreVote(N2, 5, END, THIRD), 1),
                        send(N3, 6, askPreVote(N3, 5, END, THIRD), 1));

        assertThat(replica.role())
                .isEqualTo(new Role.Prospective(NONE, replica.round(), new ElectionTimer.At(3 * FULL)));
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, NONE));
    }

    @Test
    void resignedWhoseTimerRunsOutCanvassesInTheSameEpoch() {
        CoreFixture replica = Stands.resigned(voters(3));

        assertThat(replica.timeReached(FULL + FULL))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 9, askPreVote(N2, 5, at(4, 5), THIRD), 2),
                        send(N3, 10, askPreVote(N3, 5, at(4, 5), THIRD), 2));

        assertThat(replica.role())
                .isEqualTo(new Role.Prospective(NONE, replica.round(), new ElectionTimer.At(3 * FULL)));
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, N1));
    }

    @Test
    void aRequesterOffersOnlyWhatIsDurableOnItsOwnDisk() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5)));
        assertThat(replica.end()).isEqualTo(at(5, 5));

        assertThat(replica.timeReached(T + FULL))
                .contains(send(N3, 2, askPreVote(N3, 5, END, FIRST), 2));
        assertThat(replica.response(N3, 2, preVoteGranted(5, N2, FIRST)))
                .contains(send(N3, 4, askVote(N3, 6, END, SECOND), 3));
    }

    @Test
    void anErrorIsARefusalOfItsRound() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.response(N2, 1, new Message.VoteResponse(
                5, NONE, false, true, FIRST, VoteError.INVALID_VOTER_KEY, VoteRefusal.INVALID));

        assertThat(replica.response(N3, 2, new Message.VoteResponse(
                        5, NONE, true, true, FIRST, VoteError.INVALID_REQUEST, VoteRefusal.NONE)))
                .containsExactly(preVoteEnded(
                        FIRST,
                        5,
                        RoundSummary.Ending.LOST,
                        1,
                        2,
                        refused(N2, VoteRefusal.INVALID),
                        refused(N3, VoteRefusal.INVALID)));
    }
}
