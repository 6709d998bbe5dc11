package io.canvass.kv.store;

import java.nio.file.Path;

import io.canvass.raft.simulation.MachineRuns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store in the simulator: the real commands through elections, crashes and lost disks, its hash compared between replicas, what
 * clients were told judged. {@code -Dsimulation.seeds=N} runs more, {@code -Dsimulation.first=N} others.
 */
class StoreRunsTest {
    private static final long SEEDS = 15;

    @TempDir
    Path directory;

    @Test
    void replicasAgreeAndClientsAreToldTheTruth() {
        long first = Long.getLong("simulation.first", 1);
        long seeds = Long.getLong("simulation.seeds", SEEDS);
        long commands = MachineRuns.run(first, seeds, StoreMachine.in(directory));
        assertThat(commands).as("commands applied in " + seeds + " runs").isGreaterThan(20 * seeds);
    }
}
