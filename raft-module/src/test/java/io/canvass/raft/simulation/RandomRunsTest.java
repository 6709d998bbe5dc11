package io.canvass.raft.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random runs: each keeps every promise that the observers know of, and heals. {@code -Dsimulation.seeds=N} runs more of them,
 * {@code -Dsimulation.first=N} others, {@code -Dsimulation.seed=N} one, with its whole trace.
 */
class RandomRunsTest {
    private static final long SEEDS = 1000;
    private static final long NO_SEED = -1;

    @Test
    void everySeedKeepsEveryPromiseAndHeals() {
        long one = Long.getLong("simulation.seed", NO_SEED);
        if (one != NO_SEED) {
            RandomRun.trace(RunPlan.of(one, RunOptions.ANY_SIZE)).forEach(System.out::println);
            RandomRun.run(RunPlan.of(one, RunOptions.ANY_SIZE));
            return;
        }
        long first = Long.getLong("simulation.first", 1);
        long seeds = Long.getLong("simulation.seeds", SEEDS);
        Tally tally = new Tally();
        long slowest = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            RandomRun.Report report = RandomRun.run(RunPlan.of(seed, RunOptions.ANY_SIZE));
            tally.add(report.tally());
            slowest = Math.max(slowest, report.healedAfterNanos());
        }
        System.out.println(seeds + " seeds from " + first + ", healed within " + slowest / 1_000_000 + " ms of virtual time, "
                + tally);
        requireReached(tally, seeds);
    }

    /** A run that never gets there proves nothing of it. */
    private static void requireReached(Tally tally, long seeds) {
        if (seeds >= SEEDS) {
            for (Tally.Count count : Tally.Count.values()) {
                assertThat(tally.of(count)).as(count.name()).isPositive();
            }
            for (Faults.Kind kind : Faults.Kind.values()) {
                assertThat(tally.bites(kind)).as(kind.name()).isPositive();
            }
        }
    }

    @Test
    void seedsThatOnceFailedDoSoNoMore() throws IOException {
        int runs = 0;
        for (String line : seedsThatFailed().lines().toList()) {
            if (!line.startsWith("#")) {
                String[] words = line.split(" +", 3);
                RandomRun.run(RunPlan.of(Long.parseLong(words[0]), Integer.parseInt(words[1])));
                runs++;
            }
        }
        assertThat(runs).isPositive();
    }

    private static String seedsThatFailed() throws IOException {
        try (InputStream in = RandomRunsTest.class.getResourceAsStream("/simulation/seeds.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theSameSeedGivesTheSameRunLineByLine() {
        for (long seed = 1; seed <= 5; seed++) {
            List<String> once = RandomRun.trace(RunPlan.of(seed, RunOptions.ANY_SIZE));
            assertThat(RandomRun.trace(RunPlan.of(seed, RunOptions.ANY_SIZE))).isEqualTo(once);
            assertThat(once).hasSizeGreaterThan(100);
        }
    }

    @Test
    void aFailureNamesItsSeedItsEventAndItsLastSixtyLines() {
        assertThat(RandomRun.story(RunPlan.of(1, PlantedFault.VOTE_NOT_AWAITED, RunOptions.ANY_SIZE), 60))
                .startsWith("Seed 1 of RunOptions[")
                .containsPattern("after event \\d+: SaidIsDurable")
                .endsWith("-Dsimulation.seed=1");
    }
}
