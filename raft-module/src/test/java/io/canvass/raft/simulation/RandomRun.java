package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import io.canvass.raft.core.Entry;
import org.jspecify.annotations.Nullable;

/**
 * One random run, wholly told by its plan: faults for a while, then none, and then the cluster must be well again within a bound;
 * and last, in peace, what a leader's death and an epoch left over cost.
 */
final class RandomRun {
    /** When the faults end, a leader, a new commit and equal logs must be there within this time. */
    static final long HEALED_WITHIN_NANOS = 20 * RunOptions.TIMEOUT_NANOS;

    private static final long LOOK_EVERY_NANOS = RunOptions.TIMEOUT_NANOS / 20;
    private static final int LAST_LINES = 100;
    private static final int MOST_KEPT_FOR_PEERS = 100;

    private final RunOptions options;
    private final Simulation simulation;
    private final Faults faults;
    private final Epilogue epilogue;
    private final SplittableRandom compactions;
    private long committedAfterNanos;
    private long healedAfterNanos;

    private RandomRun(RunPlan plan, Machine.Kind machines, boolean traced) {
        SplittableRandom random = new SplittableRandom(plan.seed());
        options = plan.draw(random);
        simulation = new Simulation(options, machines, random.nextLong(), traced);
        faults = new Faults(simulation, random.split(), plan.leftOut());
        epilogue = new Epilogue(simulation, random.split());
        compactions = random.split();
    }

    /**
     * @param events how many events there were
     * @param committedAfterNanos how long after the end of the faults a new write was acknowledged
     * @param healedAfterNanos how long it took until all logs were equal, too
     * @param epilogue what a leader's death and an epoch left over cost
     */
    record Report(
            int voters,
            long events,
            long virtualNanos,
            long committedAfterNanos,
            long healedAfterNanos,
            Epilogue epilogue,
            Tally tally) {}

    /** How a run failed. */
    record Failure(InvariantViolation violation, int strikes) {}

    /** Runs it, and once more with a trace if it fails. */
    static Report run(RunPlan plan) {
        return run(plan, Registers.KIND);
    }

    static Report run(RunPlan plan, Machine.Kind machines) {
        RandomRun run = new RandomRun(plan, machines, false);
        try {
            run.play();
        } catch (InvariantViolation violation) {
            throw new AssertionError(story(plan, machines, LAST_LINES), violation);
        }
        return new Report(
                run.options.voters(),
                run.simulation.agenda().events(),
                run.simulation.now(),
                run.committedAfterNanos,
                run.healedAfterNanos,
                run.epilogue,
                run.simulation.tally());
    }

    /** Which promise breaks, if any. */
    static @Nullable Failure failure(RunPlan plan) {
        RandomRun run = new RandomRun(plan, Registers.KIND, false);
        try {
            run.play();
            return null;
        } catch (InvariantViolation violation) {
            return new Failure(violation, run.faults.strikes());
        }
    }

    /** Every line of a run, and how it ended. */
    static List<String> trace(RunPlan plan) {
        return trace(plan, Registers.KIND);
    }

    private static List<String> trace(RunPlan plan, Machine.Kind machines) {
        RandomRun run = new RandomRun(plan, machines, true);
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
    static String story(RunPlan plan, int lines) {
        return story(plan, Registers.KIND, lines);
    }

    private static String story(RunPlan plan, Machine.Kind machines, int lines) {
        List<String> all = trace(plan, machines);
        List<String> last = all.subList(Math.max(0, all.size() - lines - 1), all.size());
        return "Seed " + plan.seed() + " of " + plan.draw(new SplittableRandom(plan.seed())) + "\n"
                + String.join("\n", last) + "\nReplay it with "
                + (machines.equals(Registers.KIND) ? "-Dsimulation.seed=" : "-Dsimulation.seeds=1 -Dsimulation.first=")
                + plan.seed();
    }

    private void play() {
        try {
            playAll();
        } finally {
            simulation.end();
        }
    }

    private void playAll() {
        simulation.startAll();
        simulation.clients().begin();
        faults.begin();
        compactNow();
        simulation.runFor(options.faultyNanos());
        simulation.clients().stop();
        faults.end();
        if (simulation.trace().isOn()) {
            simulation.trace().add("", "! the faults end");
        }
        heal();
        simulation.runFor(2 * RunOptions.TIMEOUT_NANOS);
        simulation.clients().requireNoneForgotten();
        simulation.clients().requireKept();
        epilogue.play();
    }

    /** Each replica lets its log begin later, now and then, to the end. */
    private void compactNow() {
        int kept = options.bounds().keptEntries();
        if (kept == RunOptions.KEEPS_ALL) {
            return;
        }
        for (SimulatedReplica replica : simulation.replicas()) {
            if (replica.isRunning() && compactions.nextInt(4) == 0) {
                replica.compact(kept, kept + MOST_KEPT_FOR_PEERS);
            }
        }
        simulation.agenda().in(1 + compactions.nextLong(RunOptions.TIMEOUT_NANOS), this::compactNow);
    }

    /** Writes, again if the write was lost with its leader, until it is applied everywhere and all logs are equal. */
    private void heal() {
        long end = simulation.now();
        Entry written = null;
        SimulatedReplica through = null;
        while (written == null || !simulation.clients().isAcknowledged(written.index()) || !areEqual(written)) {
            if (simulation.now() >= end + HEALED_WITHIN_NANOS) {
                throw new InvariantViolation(
                        "HealsInTime", HEALED_WITHIN_NANOS + " ns after the faults ended; written: " + written);
            }
            SimulatedReplica leader = simulation.leader();
            // Who led before may never learn what became of it: it may be removed.
            if (leader != null && (written == null || leader != through || !leader.memory().contains(written))) {
                through = leader;
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
                    && replica.isMemberOf(leader.core().configuration())
                    && (replica.applied() < written.index() || !replica.memory().equals(leader.memory()))) {
                return false;
            }
        }
        return leader.memory().contains(written);
    }
}
