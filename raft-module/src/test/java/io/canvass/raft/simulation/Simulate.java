package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.canvass.raft.core.RoundSummary;

/** {@code bin/simulate}: as many random runs as there is time for, and a table of what they met. */
public final class Simulate {
    /** From here on a fault or an edge that was never met is a failure: the runs prove nothing of it. */
    private static final long MUST_MEET_ALL = 300;

    private static final long SAY_EVERY_NANOS = 5_000_000_000L;

    private final long first;
    private final long seeds;
    private final int size;
    private final long untilNanos;
    private final Tally tally = new Tally();
    /** By number of voters: how long after the end of all faults a new write was acknowledged. */
    private final Map<Integer, List<Long>> recoveries = new TreeMap<>();
    /** By number of voters: how long after its leader's death a cluster in peace had another, and acknowledged a write. */
    private final Map<Integer, List<Long>> elected = new TreeMap<>();
    private final Map<Integer, List<Long>> written = new TreeMap<>();
    /** By the number of elections that an epoch left over cost: in how many runs. */
    private final Map<Long, Long> leftOver = new TreeMap<>();

    private long done;
    private long events;
    private long virtualNanos;
    private final long startNanos = System.nanoTime();

    private Simulate(long first, long seeds, long minutes, int size) {
        this.first = first;
        this.seeds = seeds;
        this.size = size;
        this.untilNanos = minutes == 0 ? Long.MAX_VALUE : minutes * 60_000_000_000L;
    }

    /** Seeds, first seed, minutes (0: no limit), one seed to be told whole (-1: none), voters (0: as drawn), 1 to shrink it. */
    public static void main(String[] arguments) {
        long[] numbers = Arrays.stream(arguments).mapToLong(Long::parseLong).toArray();
        int size = Math.toIntExact(numbers[4]);
        boolean good;
        if (numbers[3] >= 0) {
            RunPlan plan = RunPlan.of(numbers[3], size);
            List<String> story = RandomRun.trace(numbers[5] == 1 ? shrunk(plan) : plan);
            story.forEach(System.out::println);
            good = story.getLast().endsWith("all is well");
        } else {
            good = new Simulate(numbers[1], numbers[0], numbers[2], size).run();
        }
        System.exit(good ? 0 : 1);
    }

    /** @return the plan itself if it breaks no promise */
    private static RunPlan shrunk(RunPlan plan) {
        if (RandomRun.failure(plan) == null) {
            return plan;
        }
        Shrinker.Shrunk shrunk = Shrinker.shrink(plan);
        System.out.println(shrunk.invariant() + " breaks with " + shrunk.kept() + " of " + shrunk.strikes()
                + " strikes of faults too, found in " + shrunk.tries() + " runs: " + shrunk.plan());
        return shrunk.plan();
    }

    private boolean run() {
        long said = startNanos;
        for (long seed = first; seed < first + seeds && System.nanoTime() - startNanos < untilNanos; seed++) {
            try {
                add(RandomRun.run(RunPlan.of(seed, size)));
            } catch (AssertionError e) {
                System.out.println(e.getMessage() + "\n" + e.getCause());
                String nodes = size == RunOptions.ANY_SIZE ? "" : " --nodes " + size;
                System.out.println("bin/simulate --seed " + seed + nodes + " tells the whole of it, with --shrink a smaller one");
                return false;
            }
            if (System.nanoTime() - said > SAY_EVERY_NANOS) {
                said = System.nanoTime();
                System.err.printf(Locale.ROOT, "%d seeds, %.0f a second%n", done, perSecond());
            }
        }
        print();
        return metAll();
    }

    private void add(RandomRun.Report report) {
        done++;
        events += report.events();
        virtualNanos += report.virtualNanos();
        tally.add(report.tally());
        recoveries.computeIfAbsent(report.voters(), voters -> new ArrayList<>()).add(report.committedAfterNanos());
        Epilogue epilogue = report.epilogue();
        if (epilogue.electedNanos() > 0) {
            elected.computeIfAbsent(report.voters(), voters -> new ArrayList<>()).add(epilogue.electedNanos());
            written.computeIfAbsent(report.voters(), voters -> new ArrayList<>()).add(epilogue.writtenNanos());
        }
        if (epilogue.elections() > 0) {
            leftOver.merge(epilogue.elections(), 1L, Long::sum);
        }
    }

    private double perSecond() {
        return done * 1e9 / (System.nanoTime() - startNanos);
    }

    // ---- the table

    private void print() {
        System.out.printf(Locale.ROOT, "%d seeds from %d, no violation; %d events, %.1f virtual hours, %.0f seeds a second%n%n",
                done, first, events, virtualNanos / 3.6e12, perSecond());
        System.out.println("| fault | how often it bit |\n|---|--:|");
        for (Faults.Kind kind : Faults.Kind.values()) {
            row(kind.name(), tally.bites(kind));
        }
        System.out.println("\n| what was met | how often |\n|---|--:|");
        for (Tally.Count count : Tally.Count.values()) {
            row(count.name(), tally.of(count));
        }
        for (RoundSummary.Ending ending : RoundSummary.Ending.values()) {
            row("pre-vote round ended: " + ending, tally.preVoteEndings().getOrDefault(ending, 0L));
        }
        table("A new write is acknowledged after the end of all faults", recoveries);
        table("Another leader after the death of a leader in peace", elected);
        table("A new write is acknowledged after the death of a leader in peace", written);
        System.out.println("\nElections that an epoch left over from before cost:\n\n| elections | runs |\n|--:|--:|");
        leftOver.forEach((count, runs) -> row(Long.toString(count), runs));
    }

    private static void table(String what, Map<Integer, List<Long>> nanosByVoters) {
        System.out.println("\n" + what + ", in units of T:\n");
        System.out.println("| voters | runs | median | p90 | p99 | most |\n|--:|--:|--:|--:|--:|--:|");
        nanosByVoters.forEach(Simulate::durationRow);
    }

    private static void row(String what, long count) {
        System.out.println("| " + what.toLowerCase(Locale.ROOT).replace('_', ' ') + " | " + count + " |");
    }

    private static void durationRow(int voters, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(Locale.ROOT, "| %d | %d | %.2f | %.2f | %.2f | %.2f |%n",
                voters, sorted.length, at(sorted, 0.5), at(sorted, 0.9), at(sorted, 0.99), at(sorted, 1));
    }

    private static double at(long[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return (double) sorted[Math.max(0, index)] / RunOptions.TIMEOUT_NANOS;
    }

    private boolean metAll() {
        if (done < MUST_MEET_ALL || size != RunOptions.ANY_SIZE) {
            return true;
        }
        boolean all = true;
        for (Faults.Kind kind : Faults.Kind.values()) {
            all &= met(kind.name(), tally.bites(kind));
        }
        for (Tally.Count count : Tally.Count.values()) {
            all &= met(count.name(), tally.of(count));
        }
        return all;
    }

    private static boolean met(String what, long count) {
        if (count == 0) {
            System.out.println("\nNever met: " + what + ". The runs prove nothing of it.");
        }
        return count > 0;
    }
}
