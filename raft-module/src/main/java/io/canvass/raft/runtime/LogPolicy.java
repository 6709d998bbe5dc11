package io.canvass.raft.runtime;

import java.nio.file.Path;

/**
 * When a log begins later, and how those who need what it dropped are served. What the log holds at the start of the process counts,
 * its bytes by the size that it takes on disk.
 *
 * @param snapshots a directory of its own, on the file system of the state, for snapshots on their way
 * @param everyBytes bytes of entries after which the log may begin later; above zero
 * @param everyEntries the same in entries; above zero
 * @param keptBytes bytes of entries that stay for peers that are a little behind: beyond that they are sent a snapshot
 * @param keptEntries the same in entries
 * @param snapshotBytesPerSecond to each peer; 0 for no bound
 */
public record LogPolicy(
        Path snapshots,
        long everyBytes,
        long everyEntries,
        long keptBytes,
        long keptEntries,
        long snapshotBytesPerSecond) {
    /** While a peer takes a snapshot, so many times as much is kept of what has to follow it. */
    static final int KEPT_FOR_SNAPSHOTS = 8;

    public LogPolicy {
        if (everyBytes <= 0 || everyEntries <= 0 || keptBytes < 0 || keptEntries < 0 || snapshotBytesPerSecond < 0) {
            throw new IllegalArgumentException("A log begins later after a number above zero, and keeps none below zero");
        }
    }

    /** Production bounds: after 64 MiB or 200,000 entries; 32 MiB or 100,000 entries stay. */
    public static LogPolicy of(Path snapshots) {
        return new LogPolicy(snapshots, 64L << 20, 200_000, 32L << 20, 100_000, 0);
    }
}
