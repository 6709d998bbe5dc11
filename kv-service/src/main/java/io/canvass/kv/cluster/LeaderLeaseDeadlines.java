package io.canvass.kv.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.LeasesGrpc;
import io.canvass.proto.kv.v1.RemainingRequest;
import io.canvass.proto.kv.v1.RemainingResponse;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Leadership;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads this node's clock while it leads, and asks the leader for its otherwise. Waits on the calling thread. */
final class LeaderLeaseDeadlines implements LeaseDeadlines {
    private static final long TIMEOUT_MILLIS = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLeaseDeadlines.class);

    private final LeaseTimes times;
    private final RaftAccess raft;
    private final PeerAccess peers;
    private final ByteString clusterId;

    LeaderLeaseDeadlines(LeaseTimes times, RaftAccess raft, PeerAccess peers, UUID clusterId) {
        this.times = times;
        this.raft = raft;
        this.peers = peers;
        this.clusterId = CheckService.bytes(clusterId);
    }

    @Override
    public Map<Long, Long> remainingMillis(Collection<Long> leases, Whom whom) {
        if (leases.size() > MAX_LEASES) {
            throw new IllegalArgumentException(leases.size() + " leases are asked for at once, at most " + MAX_LEASES + " may be");
        }
        Leadership leadership = raft.leadership();
        ReplicaKey leader = leadership.leader();
        if (leadership.here()) {
            return here(leases);
        }
        return leases.isEmpty() || whom == Whom.THIS_NODE || leader.isNone() ? Map.of() : of(leader.nodeId(), leases);
    }

    private Map<Long, Long> here(Collection<Long> leases) {
        Map<Long, Long> remaining = new HashMap<>();
        for (long lease : leases) {
            times.remainingNanos(lease)
                    .ifPresent(nanos -> remaining.put(lease, TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
        return remaining;
    }

    private Map<Long, Long> of(String leader, Collection<Long> leases) {
        RemainingRequest request = RemainingRequest.newBuilder()
                .setClusterId(clusterId)
                .addAllLease(leases)
                .build();
        RemainingResponse response;
        try {
            response = LeasesGrpc.newBlockingStub(peers.channelTo(leader))
                    .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .remaining(request);
        } catch (StatusRuntimeException | IllegalArgumentException e) {
            LOG.debug("{} does not say how long leases have left: {}", leader, e.toString());
            return Map.of();
        }
        Map<Long, Long> remaining = new HashMap<>();
        response.getLeasesList().forEach(lease -> remaining.put(lease.getLease(), lease.getMillis()));
        return remaining;
    }
}
