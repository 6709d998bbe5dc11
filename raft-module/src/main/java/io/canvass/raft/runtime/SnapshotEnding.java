package io.canvass.raft.runtime;

/** What became of a snapshot, for metrics. */
public enum SnapshotEnding {
    /** It is in place, or was not needed any more. */
    INSTALLED,
    /** It broke off, as streams and leaderships do; it goes on or begins anew by itself. */
    INTERRUPTED,
    /** It could not be made, read, sent or taken. */
    FAILED
}
