package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.DRAW;
import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.hard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A core that is built at one time and started at another. */
class StartTimeTest {
    private static RaftCore builtAt(long time) {
        Entry configuration = CoreFixture.configuration(1, 0, N1, N2, N3);
        StoredState stored = new StoredState(
                1, hard(5, NONE, NONE), List.of(new StoredState.EpochStart(0, 1)), 1, List.of(configuration), 0);
        return new RaftCore(CoreFixture.Configs.of().build(), stored, new ScriptedRandom(DRAW), time);
    }

    @Test
    void theTimerOfAStartCountsFromTheStartNotFromTheBuilding() {
        assertThat(builtAt(10).start(400)).isEqualTo(new Outcome(List.of(), 400 + FULL));
    }

    @Test
    void aStartBeforeTheBuildingThrows() {
        assertThatIllegalStateException()
                .isThrownBy(() -> builtAt(10).start(9))
                .withMessage("Time went back from 10 to 9");
    }
}
