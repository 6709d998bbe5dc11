package io.canvass.raft.simulation;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What tells a run wholly: its seed, and what is left out of it to make it smaller.
 *
 * @param size how many voters there are to be, or {@link RunOptions#ANY_SIZE}
 * @param leftOut strikes of faults, by number, that do not happen
 * @param calmWeather whether messages are neither lost nor doubled nor late
 * @param trueClocks whether clocks keep time, and disks and appliers are quick
 */
record RunPlan(
        long seed, PlantedFault planted, int size, Set<Integer> leftOut, boolean calmWeather, boolean trueClocks) {
    RunPlan {
        leftOut = Set.copyOf(leftOut);
    }

    static RunPlan of(long seed, int size) {
        return of(seed, PlantedFault.NONE, size);
    }

    static RunPlan of(long seed, PlantedFault planted, int size) {
        return new RunPlan(seed, planted, size, Set.of(), false, false);
    }

    RunPlan leavingOut(Set<Integer> more) {
        Set<Integer> all = new TreeSet<>(leftOut);
        all.addAll(more);
        return new RunPlan(seed, planted, size, all, calmWeather, trueClocks);
    }

    RunPlan withCalmWeather() {
        return new RunPlan(seed, planted, size, leftOut, true, trueClocks);
    }

    RunPlan withTrueClocks() {
        return new RunPlan(seed, planted, size, leftOut, calmWeather, true);
    }

    /** The first draws of the generator of this seed. */
    RunOptions draw(SplittableRandom random) {
        RunOptions drawn = RunOptions.draw(random, planted, size);
        if (calmWeather) {
            drawn = drawn.with(Network.Weather.CALM);
        }
        if (trueClocks) {
            RunOptions.Pace pace = drawn.pace();
            drawn = drawn.with(new RunOptions.Pace(
                    pace.heartbeatNanos(),
                    pace.commitDelayNanos(),
                    RunOptions.TIMEOUT_NANOS / 200,
                    0,
                    pace.clientPauseNanos(),
                    0));
        }
        return drawn;
    }
}
