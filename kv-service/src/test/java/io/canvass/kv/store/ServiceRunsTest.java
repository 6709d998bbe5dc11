package io.canvass.kv.store;

import java.nio.file.Path;

import io.canvass.raft.simulation.MachineRuns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transactions, counters, idempotency keys, leases, locks, watches and compaction through elections, crashes, wrong clocks and
 * snapshots: the real store and the leader's real clock in the simulator. {@code -Dsimulation.seeds=N} runs more, {@code
 * -Dsimulation.first=N} others.
 */
class ServiceRunsTest {
    private static final long SEEDS = 15;

    @TempDir
    Path directory;

    @Test
    void whatClientsAreToldHasOneExplanation() {
        long first = Long.getLong("simulation.first", 1);
        long seeds = Long.getLong("simulation.seeds", SEEDS);
        long commands = MachineRuns.run(first, seeds, ServiceMachine.in(directory));
        assertThat(commands).as("commands applied in " + seeds + " runs").isGreaterThan(20 * seeds);
    }
}
