package io.canvass.raft.storage;

import java.util.UUID;

import io.canvass.raft.core.ReplicaKey;

/** Written once when a data directory is formatted (PREVOTE.md, Words; HAZARDS E2). */
public record StorageIdentity(UUID clusterId, String nodeId, UUID directoryId) {
    public ReplicaKey replica() {
        return new ReplicaKey(nodeId, directoryId);
    }
}
