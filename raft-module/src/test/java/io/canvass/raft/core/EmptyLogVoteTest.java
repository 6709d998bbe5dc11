package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.preVote;
import static io.canvass.raft.core.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Answering a vote request, 3: an empty log is not malformed, it is only behind. */
class EmptyLogVoteTest {
    @Test
    void aReplicaWithAnEmptyLogIsJudgedByItsLog() {
        CoreFixture replica = Stands.unattached(voters(3));
        Message.VoteRequest asked = preVote(5, LogPosition.ZERO);
        Message.VoteRequest wanted = vote(5, LogPosition.ZERO);

        assertThat(replica.request(N2, asked))
                .containsExactly(reply(N2, no(asked, 5, NONE, VoteRefusal.LOG_BEHIND), 0));
        assertThat(replica.request(N2, wanted))
                .containsExactly(reply(N2, no(wanted, 5, NONE, VoteRefusal.LOG_BEHIND), 0));
    }
}
