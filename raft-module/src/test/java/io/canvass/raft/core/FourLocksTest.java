package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.refused;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.unsupported;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The four locks on a stale grant, each alone: each has a test here that fails when it alone is taken out of the core
 * (PREVOTE.md, Four locks on a stale grant). {@link EachLockAloneTest} takes them out.
 */
class FourLocksTest {
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);
    private static final LogPosition END = at(3, 2);
    private static final long EXPIRED = T + FULL;

    /** Canvasses because n2, the leader, was silent for its whole timer. */
    private static CoreFixture prospective() {
        CoreFixture replica = Stands.followerThatHeard(CoreFixture.voters(3));
        replica.timeReached(EXPIRED);
        return replica;
    }

    @Test
    void lockOneLeaderContactEndsTheRound() {
        CoreFixture replica = prospective();

        assertThat(replica.at(EXPIRED + 10).request(N2, heartbeat(5)))
                .containsExactly(
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, matched(5, N2, 0), 1));
        assertThat(replica.role())
                .isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(EXPIRED + 10 + FULL)));
    }

    @Test
    void lockOneHoldsForARefusedLogToo() {
        CoreFixture replica = prospective();

        assertThat(replica.at(EXPIRED + 10).request(N2, Messages.append(5, at(9, 5), 0)))
                .containsExactly(
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, Messages.mismatched(5, N2, END), 1));
        assertThat(replica.role())
                .isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(EXPIRED + 10 + FULL)));
    }

    @Test
    void lockTwoAnAnswerThatBearsAnotherRoundsIdIsNotCounted() {
        CoreFixture replica = prospective();
        replica.timeReached(EXPIRED + FULL);
        Role before = replica.role();

        assertThat(replica.response(N3, replica.asked(N3), preVoteGranted(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.round().id()).isEqualTo(SECOND);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void lockTwoAnAnswerToAnotherRequestIsNotCounted() {
        CoreFixture replica = prospective();
        long askedFirst = replica.asked(N3);
        replica.timeReached(EXPIRED + FULL);
        Role before = replica.role();

        assertThat(replica.response(N3, askedFirst, preVoteGranted(5, N2, SECOND))).isEmpty();
        assertThat(replica.response(N3, askedFirst, unsupported(5))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void lockThreeNoPromotionOnceTheRoundsTimerHasRunOutByTheClockOfThisStep() {
        CoreFixture replica = prospective();

        // It slept: the grant was queued before the heartbeats of a leader that lives.
        assertThat(replica.at(EXPIRED + FULL).response(N3, replica.asked(N3), preVoteGranted(5, N2, FIRST)))
                .containsExactly(preVoteEnded(FIRST, 5, RoundSummary.Ending.GUARD_REFUSED, 2, 2));
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void lockThreeHoldsForAnOldPeersAnswerToo() {
        CoreFixture replica = prospective();

        assertThat(replica.at(EXPIRED + FULL).response(N3, replica.asked(N3), unsupported(5)))
                .containsExactly(preVoteEnded(FIRST, 5, RoundSummary.Ending.GUARD_REFUSED, 1, 2));
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void lockThreeLetsAGrantPassThatArrivesJustBeforeTheTimerRunsOut() {
        CoreFixture replica = prospective();

        replica.at(EXPIRED + FULL - 1).response(N3, replica.asked(N3), preVoteGranted(5, N2, FIRST));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void lockFourAfterALostRoundTheNextStartsOnlyWhenTheFullTimerExpires() {
        CoreFixture replica = prospective();
        replica.response(N2, replica.asked(N2), preVoteRefused(5, N2, FIRST));

        assertThat(replica.at(EXPIRED + 20).response(N3, replica.asked(N3), preVoteRefused(5, N2, FIRST)))
                .containsExactly(preVoteEnded(
                        FIRST,
                        5,
                        RoundSummary.Ending.LOST,
                        1,
                        2,
                        refused(N2, VoteRefusal.LEADER_ALIVE),
                        refused(N3, VoteRefusal.LEADER_ALIVE)));
        assertThat(replica.deadline()).isEqualTo(EXPIRED + FULL);
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(EXPIRED + FULL));
        assertThat(replica.timeReached(EXPIRED + 30)).isEmpty();
        assertThat(replica.timeReached(EXPIRED + FULL - 1)).isEmpty();
        assertThat(replica.timeReached(EXPIRED + FULL))
                .containsExactly(
                        send(N2, 3, askPreVote(N2, 5, END, SECOND), 1),
                        send(N3, 4, askPreVote(N3, 5, END, SECOND), 1));
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(EXPIRED + FULL + FULL));
    }

    @Test
    void lockFourHoldsForARoundThatTheGuardRefused() {
        CoreFixture replica = prospective();
        replica.at(EXPIRED + FULL).response(N3, replica.asked(N3), preVoteGranted(5, N2, FIRST));

        // The round is closed. Its timer has run out: the next is asked when time is taken up, with a timer of its own.
        assertThat(replica.response(N2, replica.asked(N2), preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(replica.timeReached(EXPIRED + FULL))
                .containsExactly(
                        send(N2, 3, askPreVote(N2, 5, END, SECOND), 1),
                        send(N3, 4, askPreVote(N3, 5, END, SECOND), 1));
        assertThat(replica.deadline()).isEqualTo(EXPIRED + FULL + FULL);
    }

    /** What becomes of a replica that heard its leader in the midst of a round when the grant comes that it lacked. */
    static RoleName roleAfterContactAndGrant() {
        CoreFixture replica = prospective();
        long asked = replica.asked(N3);
        replica.at(EXPIRED + 10).request(N2, heartbeat(5));
        replica.response(N3, asked, preVoteGranted(5, N2, FIRST));
        return replica.role().name();
    }
}
