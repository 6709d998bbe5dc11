package io.canvass.raft.core;

import java.util.Objects;
import java.util.UUID;

/**
 * Who a replica is: the node's name and the random id that was written when its data directory was formatted. A node with a
 * new disk is a different replica (PREVOTE.md, Words; HAZARDS E2).
 *
 * @param nodeId the node's configured name; empty only in {@link #NONE}
 * @param directoryId the id of its data directory, or {@link #UNASSIGNED} where it is not known
 */
public record ReplicaKey(String nodeId, UUID directoryId) {
    /** A directory id that is not known (yet). */
    public static final UUID UNASSIGNED = new UUID(0, 0);

    /** No replica: no vote given, no leader known. */
    public static final ReplicaKey NONE = new ReplicaKey("", UNASSIGNED);

    public ReplicaKey {
        Objects.requireNonNull(nodeId);
        Objects.requireNonNull(directoryId);
        if (nodeId.isEmpty() && !directoryId.equals(UNASSIGNED)) {
            throw new IllegalArgumentException("A directory without a node: " + directoryId);
        }
    }

    /** A key of which only the node's name is known. */
    public static ReplicaKey ofNode(String nodeId) {
        return new ReplicaKey(nodeId, UNASSIGNED);
    }

    public boolean isNone() {
        return nodeId.isEmpty();
    }

    public boolean isKnown() {
        return !nodeId.isEmpty();
    }

    /**
     * Whether both can be the same replica: the same node, and no directory ids that contradict each other. Two unknown
     * replicas ({@link #NONE}) are not the same.
     */
    public boolean matches(ReplicaKey other) {
        return isKnown()
                && nodeId.equals(other.nodeId)
                && (directoryId.equals(other.directoryId)
                        || directoryId.equals(UNASSIGNED)
                        || other.directoryId.equals(UNASSIGNED));
    }

    @Override
    public String toString() {
        return isNone() ? "none" : directoryId.equals(UNASSIGNED) ? nodeId : nodeId + "/" + directoryId;
    }
}
