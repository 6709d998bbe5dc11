package io.canvass.raft.core;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What a core is built with: the bounds of its settings, and the settings of a production replica. */
class RaftConfigTest {
    private static RaftConfig timed(long electionTimeout, long heartbeat, long commitDelay) {
        return new RaftConfig(CLUSTER, N1, electionTimeout, heartbeat, commitDelay, 1, 1, 1, 1, 1, 1, 1, false);
    }

    private static RaftConfig bounded(int... bounds) {
        return new RaftConfig(
                CLUSTER, N1, 1000, 100, 0, bounds[0], bounds[1], bounds[2], bounds[3], bounds[4], bounds[5], 1, false);
    }

    private static RaftConfig of(ReplicaKey self, int version) {
        return new RaftConfig(CLUSTER, self, 1000, 100, 0, 1, 1, 1, 1, 1, 1, version, false);
    }

    @Test
    void theHeartbeatIsAboveZeroAndAtMostHalfTheElectionTimeout() {
        assertThatCode(() -> timed(2, 1, 0)).doesNotThrowAnyException();
        assertThatCode(() -> timed(1001, 500, 0)).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timed(1000, 501, 0))
                .withMessage("The heartbeat (501 ns) must be above zero and at most half"
                        + " the election timeout (1000 ns)");
        assertThatIllegalArgumentException().isThrownBy(() -> timed(1000, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> timed(1000, -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> timed(0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> timed(0, 1, 0));
    }

    @Test
    void aCommitIsToldAtOnceOrLaterButNotBefore() {
        assertThatCode(() -> timed(1000, 100, 0)).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timed(1000, 100, -1))
                .withMessage("The delay of a commit is below zero: -1 ns");
    }

    @Test
    void everyBoundIsAboveZero() {
        assertThatCode(() -> bounded(1, 1, 1, 1, 1, 1)).doesNotThrowAnyException();
        for (int which = 0; which < 6; which++) {
            int[] bounds = {1, 1, 1, 1, 1, 1};
            bounds[which] = 0;
            assertThatIllegalArgumentException()
                    .as(Arrays.toString(bounds))
                    .isThrownBy(() -> bounded(bounds))
                    .withMessage("Every bound must be above zero");
        }
    }

    @Test
    void aReplicaHasANodeADirectoryAndAProtocolVersionThatExists() {
        assertThat(of(N1, RaftConfig.NEWEST_VERSION).capped()).isFalse();
        assertThat(of(N1, 3).capped()).isFalse();
        assertThat(of(N1, 2).capped()).isFalse();
        assertThat(of(N1, 1).capped()).isFalse();
        assertThat(of(N1, 0).capped()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> of(N1, 5)).withMessage("No such protocol version: 5");
        assertThatIllegalArgumentException().isThrownBy(() -> of(N1, -1)).withMessage("No such protocol version: -1");
        assertThatIllegalArgumentException().isThrownBy(() -> of(ReplicaKey.NONE, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> of(ReplicaKey.ofNode("n1"), 1));
    }

    @Test
    void aProductionReplicaSaysItLivesTenTimesPerElectionTimeoutAndTellsOfACommitFiftyTimesSooner() {
        assertThat(RaftConfig.of(CLUSTER, N1, 1_000_000_000))
                .isEqualTo(new RaftConfig(
                        CLUSTER, N1, 1_000_000_000, 100_000_000, 2_000_000, 1 << 20, 64, 16 << 20, 64 << 20, 10_000,
                        8 << 20, 4, false));
    }
}
