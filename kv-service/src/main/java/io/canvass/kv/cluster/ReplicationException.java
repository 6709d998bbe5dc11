package io.canvass.kv.cluster;

/** Why a write or a linearizable read failed. */
public final class ReplicationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public ReplicationException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The problem types of KV-API.md, section 8, that replication can end in. */
    public enum Reason {
        /** No leader could be reached within the timeout: surely not applied. 503. */
        NO_QUORUM,
        /** A bound is reached: surely not applied. 503. */
        OVERLOADED,
        /** The disk of this node or of the leader is nearly full, and the write would grow: surely not applied. 507. */
        QUOTA_EXCEEDED,
        /** The disks of so many voters are that no node takes writes that grow: surely not applied. 503. */
        READ_ONLY,
        /** What this node stores cannot be trusted: surely not applied here. 503. */
        DAMAGED,
        /** The node starts: surely not applied. 503. */
        STARTING,
        /** The node stops: surely not applied. 503. */
        DRAINING,
        /** The node was removed from its cluster: surely not applied. 503. */
        REMOVED,
        /** Not all members of the cluster know this kind of write yet: surely not applied. 501. */
        UNSUPPORTED,
        /** It may or may not have been applied. 504. */
        OUTCOME_UNKNOWN
    }
}
