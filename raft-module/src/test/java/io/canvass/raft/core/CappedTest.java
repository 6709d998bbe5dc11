package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
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
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.voteEnded;
import static io.canvass.raft.core.Messages.THEIR_ROUND;
import static io.canvass.raft.core.Messages.askVote;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVote;
import static io.canvass.raft.core.Messages.voteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Versions, and the row "capped": a replica held below Pre-Vote neither sends nor understands it. */
class CappedTest {
    private static final LogPosition END = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);

    @Test
    void unattachedWhoseTimerRunsOutBecomesCandidateAtOnce() {
        CoreFixture replica = voters(3).capped().start();

        assertThat(replica.timeReached(FULL))
                .containsExactly(
                        persist(1, hard(6, N1, NONE)),
                        became(RoleName.CANDIDATE, 6, NONE),
                        send(N2, 1, askVote(N2, 6, END, FIRST), 1),
                        send(N3, 2, askVote(N3, 6, END, FIRST), 1));
    }

    @Test
    void candidateWhoseTimerRunsOutBecomesCandidateOfTheNextEpoch() {
        CoreFixture replica = voters(3).capped().start();
        replica.timeReached(FULL);
        replica.persisted();

        assertThat(replica.timeReached(FULL + FULL))
                .containsExactly(
                        persist(2, hard(7, N1, NONE)),
                        voteEnded(FIRST, 6, RoundSummary.Ending.TIMED_OUT, 1, 2),
                        became(RoleName.CANDIDATE, 7, NONE),
                        send(N2, 3, askVote(N2, 7, END, SECOND), 2),
                        send(N3, 4, askVote(N3, 7, END, SECOND), 2));
    }

    @Test
    void followerWhoseTimerRunsOutBecomesCandidateAtOnce() {
        CoreFixture replica = voters(3).capped().start().at(T);
        replica.request(N2, heartbeat(5));
        replica.persisted();

        assertThat(replica.timeReached(T + FULL))
                .containsExactly(
                        persist(2, hard(6, N1, NONE)),
                        became(RoleName.CANDIDATE, 6, NONE),
                        send(N2, 1, askVote(N2, 6, END, FIRST), 2),
                        send(N3, 2, askVote(N3, 6, END, FIRST), 2));
    }

    @Test
    void resignedWhoseTimerRunsOutBecomesCandidateAtOnce() {
        CoreFixture replica = voters(3).capped().start();
        replica.timeReached(FULL);
        replica.persisted();
        replica.response(N2, 1, voteGranted(6, FIRST));
        replica.persisted();
        replica.resign();

        assertThat(replica.timeReached(FULL + FULL))
                .contains(persist(3, hard(7, N1, NONE)), became(RoleName.CANDIDATE, 7, NONE));
    }

    @Test
    void aPreVoteIsAnsweredUnsupportedWithoutARoundIdAndTouchesNothing() {
        CoreFixture replica = voters(3).capped().start().at(T);
        Role before = replica.role();

        for (long epoch : new long[] {4, 5, 99}) {
            assertThat(replica.request(N3, preVote(epoch, END)))
                    .containsExactly(reply(
                            N3,
                            new Message.VoteResponse(
                                    5,
                                    NONE,
                                    false,
                                    true,
                                    RoundId.NONE,
                                    VoteError.UNSUPPORTED_VERSION,
                                    VoteRefusal.INVALID),
                            0));
        }

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, NONE));
    }

    @Test
    void aPreVoteOfAForeignClusterIsAnsweredSoByACappedReplicaToo() {
        CoreFixture replica = voters(3).capped().start().at(T);
        Message.VoteRequest request = new Message.VoteRequest(OTHER_CLUSTER, N1, 5, END, true, THEIR_ROUND, false);

        assertThat(replica.request(N3, request))
                .containsExactly(reply(N3, Messages.error(request, 5, NONE, VoteError.INCONSISTENT_CLUSTER_ID), 0));
    }
}
