package io.canvass.raft.simulation;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.function.Function;

import io.canvass.raft.planted.Finding;

/**
 * Random runs of whatever core is loaded beside them, seed after seed from 1, until one of them breaks a promise. Takes
 * how many at most, and after how many seconds of processor time to give up (40).
 */
public final class FirstViolation implements Function<List<String>, List<String>> {
    private static final long SECONDS = 40;

    @Override
    public List<String> apply(List<String> limits) {
        long seeds = Long.parseLong(limits.getFirst());
        long seconds = limits.size() > 1 ? Long.parseLong(limits.get(1)) : SECONDS;
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long end = clock.getCurrentThreadCpuTime() + seconds * 1_000_000_000L;
        for (long seed = 1; seed <= seeds; seed++) {
            // Interrupted when nobody waits for the answer any more.
            if (clock.getCurrentThreadCpuTime() > end || Thread.currentThread().isInterrupted()) {
                return Finding.missed("not in " + (seed - 1) + " seeds (" + seconds + " s)").lines();
            }
            String broken = brokenBy(seed);
            if (!broken.isEmpty()) {
                return Finding.caught(seed + (seed == 1 ? " seed, " : " seeds, ") + broken).lines();
            }
        }
        return Finding.missed("not in " + seeds + " seeds").lines();
    }

    /** The invariant that this seed breaks; what it throws, if it throws something else; nothing if all is well. */
    private static String brokenBy(long seed) {
        try {
            RandomRun.Failure failure = RandomRun.failure(RunPlan.of(seed, RunOptions.ANY_SIZE));
            return failure == null ? "" : failure.violation().invariant();
        } catch (RuntimeException e) {
            return e.getClass().getSimpleName();
        }
    }
}
