package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions, start: a sole voter is one that votes itself. */
class ObserverOfOneVoterTest {
    @Test
    void theObserverOfASoleVoterIsNotThatVoter() {
        CoreFixture replica = voters(1).voters(N2).observers(N1).start();

        assertThat(replica.started).isEqualTo(new Outcome(List.of(), Outcome.NEVER));
        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.Never()));
    }
}
