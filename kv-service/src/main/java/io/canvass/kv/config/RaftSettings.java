package io.canvass.kv.config;

import java.util.UUID;

import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import org.springframework.util.unit.DataSize;

/** Settings as the consensus module takes them. */
public final class RaftSettings {
    private RaftSettings() {}

    /** What a core is built with. */
    public static RaftConfig of(KvProperties.Raft raft, KvProperties.ReadLease lease, UUID clusterId, ReplicaKey self) {
        RaftConfig config = new RaftConfig(
                clusterId,
                self,
                raft.electionTimeout().toNanos(),
                raft.heartbeatInterval().toNanos(),
                raft.commitDelay().toNanos(),
                bytes(raft.maxAppendSize()),
                raft.maxInFlightAppends(),
                bytes(raft.maxInFlightSize()),
                bytes(raft.maxUncommittedSize()),
                raft.maxPendingReads(),
                bytes(raft.maxTailSize()),
                raft.protocolVersion(),
                false);
        return lease.enabled()
                ? config.withLease(raft.electionTimeout().minus(lease.maxClockDrift()).toNanos())
                : config;
    }

    private static int bytes(DataSize size) {
        return Math.toIntExact(size.toBytes());
    }
}
