package io.canvass.kv.config;

import java.nio.file.Path;

/** What lies where in a node's data directory. */
public final class DataPaths {
    private DataPaths() {}

    /** The log, the epoch and the vote. */
    public static Path raft(Path dataDir) {
        return dataDir.resolve("raft");
    }

    /** The state machine. */
    public static Path state(Path dataDir) {
        return dataDir.resolve("state");
    }

    /** Snapshots on their way; of no use after a crash. */
    public static Path snapshots(Path dataDir) {
        return dataDir.resolve("snapshots");
    }

    /** For how long this node has promised its vote to a leader that reads by lease. */
    public static Path leasePromise(Path dataDir) {
        return dataDir.resolve("LEASE-PROMISE");
    }

    /** There while a restore is under way, and after one that a crash interrupted: no node may start then. */
    public static Path restoring(Path dataDir) {
        return dataDir.resolve("restoring");
    }
}
