package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import io.canvass.raft.core.Entry;
import org.jspecify.annotations.Nullable;

/**
 * One random run, wholly told by its seed: faults for a while, then none, and then the cluster must be well again within a bound.
 */
final class RandomRun {
    /** When the faults end, a leader, a new commit and equal logs must be there within this time. */
    static final long HEALED_WITHIN_NANOS = 20 * RunOptions.TIMEOUT_NANOS;

    private static final long LOOK_EVERY_NANOS = RunOptions.TIMEOUT_NANOS / 20;
    private static final int LAST_LINES = 60;

    private final RunOptions options;
    private final Simulation simulation;
    private final Faults faults;
    private long committedAfterNanos;
    private long healedAfterNanos;

    private RandomRun(long seed, PlantedFault planted, int size, boolean traced) {
        SplittableRandom random = new SplittableRandom(seed);
        options = RunOptions.draw(random, planted, size);
        simulation = new Simulation(options, random.nextLong(), traced);
        faults = new Faults(simulation, random.split());
    }

    /**
     * @param events how many events there were
     * @param committedAfterNanos how long after the end of the faults a new write was acknowledged
     * @param healedAfterNanos how long it took until all logs were equal, too
     */
    record Report(int voters, long events, long virtualNanos, long committedAfterNanos, long healedAfterNanos, Tally tally) {}

    /** Runs this seed, and once more with a trace if it fails. */
    static Report run(long seed, int size) {
        RandomRun run = new RandomRun(seed, PlantedFault.NONE, size, false);
        try {
            run.play();
        } catch (InvariantViolation violation) {
            throw new AssertionError(story(seed, PlantedFault.NONE, size, LAST_LINES), violation);
        }
        return new Report(
                run.options.voters(),
                run.simulation.agenda().events(),
                run.simulation.now(),
                run.committedAfterNanos,
                run.healedAfterNanos,
                run.simulation.tally());
    }

    /** Which promise breaks under this seed with that fault, if any. */
    static @Nullable InvariantViolation violation(long seed, PlantedFault planted) {
        try {
            new RandomRun(seed, planted, RunOptions.ANY_SIZE, false).play();
            return null;
        } catch (InvariantViolation violation) {
            return violation;
        }
    }

    /** Every line of the run of this seed, and how it ended. */
    static List<String> trace(long seed, PlantedFault planted, int size) {
        RandomRun run = new RandomRun(seed, planted, size, true);
        String end = "all is well";
        try {
            run.play();
        } catch (InvariantViolation violation) {
            end = violation.getMessage() + (violation.getCause() == null ? "" : " (" + violation.getCause() + ")");
        }
        List<String> lines = new ArrayList<>(run.simulation.trace().lines());
        lines.add("after event " + run.simulation.agenda().events() + ": " + end);
        return lines;
    }

    /** What a person needs who is to find the cause. */
    static String story(long seed, PlantedFault planted, int size, int lines) {
        List<String> all = trace(seed, planted, size);
        List<String> last = all.subList(Math.max(0, all.size() - lines - 1), all.size());
        return "Seed " + seed + " of " + RunOptions.draw(new SplittableRandom(seed), planted, size) + "\n"
                + String.join("\n", last) + "\nReplay the whole of it with -Dsimulation.seed=" + seed;
    }

    private void play() {
        simulation.startAll();
        simulation.clients().begin();
        faults.begin();
        simulation.runFor(options.faultyNanos());
        simulation.clients().stop();
        faults.end();
        if (simulation.trace().isOn()) {
            simulation.trace().add("", "! the faults end");
        }
        heal();
        simulation.runFor(2 * RunOptions.TIMEOUT_NANOS);
        simulation.clients().requireNoneForgotten();
        simulation.clients().requireLinearizable();
    }

    /** Writes, again if the write was lost with its leader, until it is applied everywhere and all logs are equal. */
    private void heal() {
        long end = simulation.now();
        Entry written = null;
        while (written == null || !simulation.clients().isAcknowledged(written.index()) || !areEqual(written)) {
            if (simulation.now() >= end + HEALED_WITHIN_NANOS) {
                throw new InvariantViolation(
                        "HealsInTime", HEALED_WITHIN_NANOS + " ns after the faults ended; written: " + written);
            }
            SimulatedReplica leader = simulation.leader();
            if (leader != null && (written == null || !leader.memory().contains(written))) {
                written = simulation.clients().writeThrough(leader);
            }
            simulation.runFor(LOOK_EVERY_NANOS);
            if (committedAfterNanos == 0 && written != null && simulation.clients().isAcknowledged(written.index())) {
                committedAfterNanos = simulation.now() - end;
            }
        }
        healedAfterNanos = simulation.now() - end;
    }

    private boolean areEqual(Entry written) {
        SimulatedReplica leader = simulation.leader();
        if (leader == null) {
            return false;
        }
        for (SimulatedReplica replica : simulation.replicas()) {
            if (replica.isUp()
                    && (replica.applied() < written.index() || !replica.memory().equals(leader.memory()))) {
                return false;
            }
        }
        return leader.memory().contains(written);
    }
}
