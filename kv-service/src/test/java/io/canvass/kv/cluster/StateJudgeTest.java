package io.canvass.kv.cluster;

import java.util.Map;
import java.util.Set;

import io.canvass.kv.cluster.StateJudge.Verdict;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is right when states differ (HAZARDS H6). */
class StateJudgeTest {
    private static final Set<String> THREE = Set.of("a", "b", "c");

    @Test
    void repliesThatSpeakOfNoCommonIndexSayNothing() {
        assertThat(judge(Map.of("a", Map.of(1L, 7L), "b", Map.of(2L, 8L)), THREE)).isEqualTo(new Verdict.Nothing());
        assertThat(judge(Map.of("a", Map.of(1L, 7L)), THREE)).isEqualTo(new Verdict.Nothing());
    }

    @Test
    void theSameAtTheHighestIndexOfAllIsTheSame() {
        assertThat(judge(
                        Map.of("a", Map.of(1L, 7L, 5L, 9L), "b", Map.of(1L, 7L, 5L, 9L), "c", Map.of(5L, 9L)), THREE))
                .isEqualTo(new Verdict.Same(5));
    }

    @Test
    void theOneThatDiffersFromAMajorityIsOdd() {
        assertThat(judge(Map.of("a", Map.of(5L, 9L), "b", Map.of(5L, 9L), "c", Map.of(5L, 1L)), THREE))
                .isEqualTo(new Verdict.Odd(5, 9, Set.of("a", "b"), Map.of("c", 1L)));
    }

    @Test
    void twoOfThreeThatDifferAreNotDecidedWithoutTheThird() {
        assertThat(judge(Map.of("a", Map.of(5L, 9L), "b", Map.of(5L, 1L)), THREE))
                .isEqualTo(new Verdict.Undecided(5, Map.of("a", 9L, "b", 1L)));
    }

    @Test
    void twoReplicasThatDifferAreNeverDecided() {
        assertThat(judge(Map.of("a", Map.of(5L, 9L), "b", Map.of(5L, 1L)), Set.of("a", "b")))
                .isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void twoOfFiveAreNoMajorityHoweverFewAnswer() {
        assertThat(judge(
                        Map.of("a", Map.of(5L, 9L), "b", Map.of(5L, 9L), "c", Map.of(5L, 1L)),
                        Set.of("a", "b", "c", "d", "e")))
                .isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void anObserverCanBeOddButDecidesNothing() {
        assertThat(judge(Map.of("a", Map.of(5L, 9L), "b", Map.of(5L, 9L), "watcher", Map.of(5L, 1L)), THREE))
                .isEqualTo(new Verdict.Odd(5, 9, Set.of("a", "b"), Map.of("watcher", 1L)));
        assertThat(judge(Map.of("a", Map.of(5L, 9L), "watcher", Map.of(5L, 9L), "b", Map.of(5L, 1L)), THREE))
                .isInstanceOf(Verdict.Undecided.class);
    }

    private static Verdict judge(Map<String, Map<Long, Long>> said, Set<String> voters) {
        return StateJudge.judge(said, voters);
    }
}
