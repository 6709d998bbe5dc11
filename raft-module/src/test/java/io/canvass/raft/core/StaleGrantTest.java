package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.askVote;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The stale grant: a pre-vote round of five voters, one grant short of a majority, and the word of a leader that lives
 * after all. The five steps, their twin in which the leader is really gone, and both orders of heartbeat and grant.
 */
class StaleGrantTest {
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);
    private static final LogPosition END = at(3, 2);
    private static final HardState FOLLOWS_N2 = hard(5, NONE, N2);
    /** When the follower's patience with n2, last heard at T, ends. */
    private static final long EXPIRED = T + FULL;

    private final CoreFixture replica = Stands.followerThatHeard(CoreFixture.voters(5));

    @Test
    void aGrantThatArrivesAfterTheSameLeadersHeartbeatStartsNoElectionUntilTheNextTimeout() {
        // 1 and 2: the lease has expired, a round is asked, and one grant is short of the majority.
        assertThat(replica.timeReached(EXPIRED))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 1),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 1),
                        send(N4, 3, askPreVote(N4, 5, END, FIRST), 1),
                        send(N5, 4, askPreVote(N5, 5, END, FIRST), 1));
        assertThat(replica.at(EXPIRED + 10).response(N3, 2, preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(replica.round().granted()).containsExactly("n1", "n3");
        // 3: the same leader's heartbeat.
        assertThat(replica.at(EXPIRED + 20).request(N2, heartbeat(5)))
                .containsExactly(
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 2, 3),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, matched(5, N2, 0), 1));
        // 4: the delayed grant that would have completed the majority.
        assertThat(replica.at(EXPIRED + 30).response(N4, 3, preVoteGranted(5, N2, FIRST))).isEmpty();
        // 5: no vote was saved, none asked, and it is a follower until the next timeout.
        assertFollowsUntil(EXPIRED + 20 + FULL);
    }

    private void assertFollowsUntil(long timeout) {
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(timeout)));
        assertThat(replica.hardState()).isEqualTo(FOLLOWS_N2);
        assertThat(replica.timeReached(timeout - 1)).isEmpty();
        assertThat(replica.timeReached(timeout))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 5, askPreVote(N2, 5, END, SECOND), 1),
                        send(N3, 6, askPreVote(N3, 5, END, SECOND), 1),
                        send(N4, 7, askPreVote(N4, 5, END, SECOND), 1),
                        send(N5, 8, askPreVote(N5, 5, END, SECOND), 1));
        assertThat(replica.hardState()).isEqualTo(FOLLOWS_N2);
    }

    @Test
    void theTwinWhenTheLeaseHasReallyExpiredTheSameGrantPromotes() {
        replica.timeReached(EXPIRED);
        replica.at(EXPIRED + 10).response(N3, 2, preVoteGranted(5, N2, FIRST));

        assertThat(replica.at(EXPIRED + 30).response(N4, 3, preVoteGranted(5, N2, FIRST)))
                .containsExactly(
                        persist(2, hard(6, N1, NONE)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.WON, 3, 3),
                        became(RoleName.CANDIDATE, 6, NONE),
                        send(N2, 5, askVote(N2, 6, END, SECOND), 2),
                        send(N3, 6, askVote(N3, 6, END, SECOND), 2),
                        send(N4, 7, askVote(N4, 6, END, SECOND), 2),
                        send(N5, 8, askVote(N5, 6, END, SECOND), 2));
        assertThat(replica.hardState()).isEqualTo(hard(6, N1, NONE));
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.WhenDurable(2));
    }

    @Test
    void aHeartbeatOfTheOldEpochAfterThePromotionIsAnsweredWithTheNewEpochAndEndsNothing() {
        replica.timeReached(EXPIRED);
        replica.response(N3, 2, preVoteGranted(5, N2, FIRST));
        replica.response(N4, 3, preVoteGranted(5, N2, FIRST));
        replica.persisted();
        Role candidate = replica.role();

        assertThat(replica.request(N2, heartbeat(5)))
                .containsExactly(
                        reply(N2, Messages.answer(6, NONE, new Message.AppendResult.Fenced()), 2));
        assertThat(replica.role()).isEqualTo(candidate);
        assertThat(replica.hardState()).isEqualTo(hard(6, N1, NONE));
    }

    @Test
    void aGrantOfRoundOneThatIsDeliveredInRoundTwoIsNotCounted() {
        replica.timeReached(EXPIRED);
        replica.response(N3, 2, preVoteGranted(5, N2, FIRST));
        replica.timeReached(EXPIRED + FULL);
        assertThat(replica.round().id()).isEqualTo(SECOND);
        replica.response(N5, 8, preVoteGranted(5, N2, SECOND));
        Role before = replica.role();

        assertThat(replica.response(N4, 3, preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(replica.response(N3, 2, preVoteGranted(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.round().granted()).containsExactly("n1", "n5");
        assertThat(replica.hardState()).isEqualTo(FOLLOWS_N2);
    }

    @Test
    void aGrantOfBeforeARestartIsNotCounted() {
        CoreFixture restarted = CoreFixture.voters(3).boot(2).stored(5, NONE, N2).start();
        restarted.timeReached(FULL);
        assertThat(restarted.round().id()).isEqualTo(new RoundId(2, 1));

        assertThat(restarted.response(N2, restarted.asked(N2), preVoteGranted(5, NONE, FIRST))).isEmpty();

        assertThat(restarted.round().granted()).containsExactly("n1");
    }

    @Test
    void theFirstAnswerOfAVoterCountsAndLaterOnesAreIgnored() {
        replica.timeReached(EXPIRED);
        replica.response(N3, 2, preVoteGranted(5, N2, FIRST));
        replica.response(N4, 3, Messages.preVoteRefused(5, N2, FIRST));
        Role before = replica.role();

        assertThat(replica.response(N3, 2, preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(replica.response(N3, 2, Messages.preVoteRefused(5, N2, FIRST))).isEmpty();
        assertThat(replica.response(N4, 3, preVoteGranted(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.round().granted()).containsExactly("n1", "n3");
        assertThat(replica.round().refused()).containsOnlyKeys("n4");
    }

    @Test
    void anAnswerThatDoesNotBearTheCorrelationOfItsRequestIsNotCounted() {
        replica.timeReached(EXPIRED);
        Role before = replica.role();

        for (long correlation : List.of(0L, 1L, 2L, 4L, 5L)) {
            assertThat(replica.response(N4, correlation, preVoteGranted(5, N2, FIRST))).isEmpty();
        }

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anAnswerOfAReplicaThatWasNotAskedIsNotCounted() {
        replica.timeReached(EXPIRED);
        Role before = replica.role();

        assertThat(replica.response(CoreFixture.replica(6), 2, preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(replica.response(N1, 2, preVoteGranted(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anAnswerOfAVotersNodeWithAnotherDiskIsNotCounted() {
        replica.timeReached(EXPIRED);
        Role before = replica.role();

        assertThat(replica.response(CoreFixture.otherDisk(N3), 2, preVoteGranted(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void aPreVoteGrantIsNothingToACandidate() {
        CoreFixture candidate = Stands.candidate(CoreFixture.voters(3));
        RoundId election = candidate.round().id();
        Role before = candidate.role();

        assertThat(candidate.response(N3, 2, preVoteGranted(4, NONE, FIRST))).isEmpty();
        assertThat(candidate.response(N3, candidate.asked(N3), preVoteGranted(5, NONE, election))).isEmpty();

        assertThat(candidate.role()).isEqualTo(before);
    }

    @Test
    void aStandardGrantIsNothingToAProspective() {
        CoreFixture candidate = Stands.candidate(CoreFixture.voters(3));
        RoundId election = candidate.round().id();
        long asked = candidate.asked(N3);
        candidate.timeReached(candidate.deadline());
        Role prospective = candidate.role();
        assertThat(prospective.name()).isEqualTo(RoleName.PROSPECTIVE);

        assertThat(candidate.response(N3, asked, Messages.voteGranted(5, election))).isEmpty();
        assertThat(candidate.response(
                        N3, candidate.asked(N3), Messages.voteGranted(5, candidate.round().id())))
                .isEmpty();

        assertThat(candidate.role()).isEqualTo(prospective);
    }
}
