package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Words (T): all replicas have one timeout, and no two need have one timer. */
class RandomTimersTest {
    @Test
    void replicasDrawDifferentTimersAndOneDrawsAnotherEachTime() {
        CoreFixture one = voters(3).draws(0, T - 1).start();
        CoreFixture other = voters(3).draws(T / 2, 0).start();
        assertThat(one.deadline()).isEqualTo(T + 1);
        assertThat(other.deadline()).isEqualTo(T + T / 2 + 1);

        one.request(N2, heartbeat(5));
        other.request(N2, heartbeat(5));

        assertThat(one.deadline()).isEqualTo(2 * T);
        assertThat(other.deadline()).isEqualTo(T + 1);
    }
}
