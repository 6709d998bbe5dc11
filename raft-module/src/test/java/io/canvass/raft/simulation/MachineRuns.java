package io.canvass.raft.simulation;

/** Random runs with a state machine of a service in place of {@link Registers}. */
public final class MachineRuns {
    private MachineRuns() {}

    /**
     * @return how many commands were applied, on all replicas together
     * @throws AssertionError if a promise breaks, with the story of the run
     */
    public static long run(long firstSeed, long seeds, Machine.Kind kind) {
        long applied = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            RandomRun.Report report = RandomRun.run(RunPlan.of(seed, RunOptions.ANY_SIZE), kind);
            applied += report.tally().of(Tally.Count.COMMANDS_APPLIED);
        }
        return applied;
    }
}
