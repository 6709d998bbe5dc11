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
 * @param heldBytes bytes of entries that stay at most while a peer takes a snapshot, for what has to follow it: a peer that takes longer
 *     than these take to be written is sent another snapshot, and never catches up if that goes on
 * @param heldEntries the same in entries
 * @param snapshotBytesPerSecond to each peer; 0 for no bound
 */
public record LogPolicy(
        Path snapshots,
        long everyBytes,
        long everyEntries,
        long keptBytes,
        long keptEntries,
        long heldBytes,
        long heldEntries,
        long snapshotBytesPerSecond) {
    public LogPolicy {
        if (everyBytes <= 0 || everyEntries <= 0 || keptBytes < 0 || keptEntries < 0 || snapshotBytesPerSecond < 0) {
            throw new IllegalArgumentException("A log begins later after a number above zero, and keeps none below zero");
        }
        if (heldBytes < keptBytes || heldEntries < keptEntries) {
            throw new IllegalArgumentException("While a peer takes a snapshot, no less of the log is kept than always");
        }
    }

    /** Production bounds: after 64 MiB or 200,000 entries; 32 MiB or 100,000 entries stay, 1 GiB or 10,000,000 for a snapshot. */
    public static LogPolicy of(Path snapshots) {
        return new LogPolicy(snapshots, 64L << 20, 200_000, 32L << 20, 100_000, 1L << 30, 10_000_000, 0);
    }
}
