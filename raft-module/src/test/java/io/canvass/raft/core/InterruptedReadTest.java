package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.follows;
import static org.assertj.core.api.Assertions.assertThat;

/** Entries that a leader reads from its store for a peer, and does not get. */
class InterruptedReadTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final int ALL = 1 << 20;

    /** Leads epoch 5 and reads entries 2 and 3, from before its start, for n2, in session 3. */
    private static CoreFixture reading() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, 0, ELECTED, new Message.AppendResult.Mismatched(at(1, 0))));
        assertThat(replica.response(N2, follows(3, ELECTED, 1)))
                .containsExactly(new Effect.ReadLog(N2, 3, 2, 3, ALL));
        return replica;
    }

    @Test
    void aStreamThatBreaksMeanwhileIsNoReasonNeverToReadAgain() {
        CoreFixture replica = reading();
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        replica.step(new Input.LogRead(ELECTED, N2, 3, List.of()));
        replica.timeReached(ELECTED + HEARTBEAT);

        assertThat(replica.response(N2, follows(4, ELECTED + HEARTBEAT, 1)))
                .containsExactly(new Effect.ReadLog(N2, 4, 2, 3, ALL));
    }

    @Test
    void aReadThatBringsNothingIsRepeated() {
        CoreFixture replica = reading();
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of())))
                .containsExactly(new Effect.ReadLog(N2, 3, 2, 3, ALL));
    }
}
