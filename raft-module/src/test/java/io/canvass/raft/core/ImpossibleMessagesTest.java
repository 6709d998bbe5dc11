package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.refused;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.voteEnded;
import static io.canvass.raft.core.Messages.answer;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.voteGranted;
import static io.canvass.raft.core.Messages.voteRefused;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Judging a vote response: answers that a sound peer does not give, or not at that time. */
class ImpossibleMessagesTest {
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);

    @Test
    void anAnswerThatNamesTheAskerAsLeaderOfAnEpochThatItNeverLedIsOnlyAnAnswer() {
        CoreFixture replica = Stands.prospective(voters(3));

        assertThat(replica.response(N2, replica.asked(N2), preVoteGranted(5, N1, FIRST)))
                .contains(preVoteEnded(FIRST, 5, RoundSummary.Ending.WON, 2, 2));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void anAnswerThatNamesASecondLeaderIsRefusedThoughTheFirstHasResigned() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.request(N2, resigning(5, N3, N1));
        Role before = replica.role();

        assertThat(replica.response(N3, replica.asked(N3), preVoteGranted(5, N3, FIRST)))
                .containsExactly(
                        new Effect.Refused(N3, "names " + N3 + " as leader of epoch 5, which " + N2 + " leads"));

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void aStandardVoteOfALowerEpochDoesNotCount() {
        CoreFixture replica = Stands.candidate(voters(3));

        assertThat(replica.response(N2, replica.asked(N2), voteGranted(4, SECOND))).isEmpty();
        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);

        replica.response(N3, replica.asked(N3), voteGranted(5, SECOND));
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void anOldPeersAnswerToAStandardVoteIsNothing() {
        CoreFixture replica = Stands.candidate(voters(3));
        Role before = replica.role();
        Message.VoteResponse unsupported = new Message.VoteResponse(
                5, NONE, false, false, RoundId.NONE, VoteError.UNSUPPORTED_VERSION, VoteRefusal.INVALID);

        assertThat(replica.response(N2, replica.asked(N2), unsupported)).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void aRoundThatIsLostBeforeTheOwnVoteIsDurableEndsOnce() {
        CoreFixture replica = Stands.prospective(voters(3).epoch(4));
        replica.response(N2, replica.asked(N2), preVoteGranted(4, NONE, FIRST));
        replica.response(N2, replica.asked(N2), voteRefused(5, NONE, SECOND));
        assertThat(replica.response(N3, replica.asked(N3), voteRefused(5, NONE, SECOND)))
                .containsExactly(voteEnded(
                        SECOND,
                        5,
                        RoundSummary.Ending.LOST,
                        0,
                        2,
                        refused(N2, VoteRefusal.ALREADY_VOTED),
                        refused(N3, VoteRefusal.ALREADY_VOTED)));

        assertThat(replica.persisted()).isEmpty();
    }

    @Test
    void anAppendAfterAPlaceBeforeTheLogIsRefused() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.request(N2, append(5, at(-1, 0), 0)))
                .containsExactly(
                        new Effect.Refused(N2, "sends entries that cannot be one log"),
                        reply(N2, answer(5, N2, new Message.AppendResult.Refused()), 1));
    }
}
