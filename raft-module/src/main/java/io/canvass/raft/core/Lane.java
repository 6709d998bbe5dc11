package io.canvass.raft.core;

/** Which of a peer's streams a message travels on, so that big ones never delay those that keep a leader alive. */
public enum Lane {
    /** Votes, heartbeats, resignations, transfers, read confirmations: small. */
    CONTROL,
    /** Appends with entries. */
    DATA,
    /** Snapshots, part by part. */
    SNAPSHOT
}
