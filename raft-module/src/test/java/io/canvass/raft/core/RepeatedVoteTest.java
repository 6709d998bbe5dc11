package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Answering a vote request: X again. */
class RepeatedVoteTest {
    @Test
    void aVoteThatIsGivenAgainForgetsNotWhoLeadsTheEpoch() {
        CoreFixture replica = Stands.votedForN2(voters(3));
        replica.request(N2, heartbeat(5));
        replica.persisted();
        replica.timeReached(replica.deadline());
        RoundId round = replica.round().id();
        Message.VoteRequest late = vote(5, at(100, 4));

        assertThat(replica.request(N2, late))
                .containsExactly(
                        preVoteEnded(round, 5, RoundSummary.Ending.VOTED_FOR_OTHER, 1, 2),
                        became(RoleName.UNATTACHED, 5, NONE),
                        reply(N2, yes(late, 5, N2), replica.lastToken().sequence()));

        assertThat(replica.hardState()).isEqualTo(hard(5, N2, N2));
        assertThat(replica.role().rememberedLeader()).isEqualTo(N2);
    }
}
