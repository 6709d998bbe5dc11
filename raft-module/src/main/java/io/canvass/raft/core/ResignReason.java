package io.canvass.raft.core;

/** Why a leader left. */
public enum ResignReason {
    SHUTDOWN,
    REQUESTED,
    /** No majority of voters answered within the election timeout. */
    QUORUM_LOST,
    /** Its own disk has not finished a write for longer than the limit (HAZARDS B9). */
    DISK_STALLED,
    STORAGE_FAILED
}
