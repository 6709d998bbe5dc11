package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

/** What a log knows when it is opened again. */
class RestartedLogTest {
    @Test
    void whatWasAppliedIsCommittedAndDurableAndNotHandedOutByTheStart() {
        CoreFixture replica = voters(3).applied(2).start();

        assertThat(replica.started).isEqualTo(new Outcome(List.of(), FULL));
        assertThat(replica.commitIndex()).isEqualTo(2);
        assertThat(replica.core.status().durableIndex()).isEqualTo(3);
    }
}
