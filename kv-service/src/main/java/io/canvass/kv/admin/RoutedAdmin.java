package io.canvass.kv.admin;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.logging.RequestScope;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.ClusterDescription;
import io.canvass.proto.kv.v1.DescribeCluster;
import io.canvass.raft.runtime.Leadership;

/** Asks whoever leads: this node itself, or the leader over the peer port. */
final class RoutedAdmin implements ClusterAdmin {
    /** Requests that began on this node and are under way; each has its own thread already. */
    static final int MAX_IN_FLIGHT = 32;

    private static final long FIRST_PAUSE_MILLIS = 25;
    private static final long LAST_PAUSE_MILLIS = 200;
    /** A try begins only while the leader has this long, or a quarter of the whole time, to answer it. */
    private static final long LAST_TRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RaftAccess raft;
    private final NodeGate gate;
    private final LeaderAdmin here;
    private final AdminClient peers;
    private final Map<String, String> urls;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

    /** @param urls node id to base URL of the HTTP API, for members that tell none */
    RoutedAdmin(RaftAccess raft, NodeGate gate, LeaderAdmin here, AdminClient peers, Map<String, String> urls) {
        this.raft = raft;
        this.gate = gate;
        this.here = here;
        this.peers = peers;
        this.urls = Map.copyOf(urls);
    }

    @Override
    public AdminReply ask(AdminRequest request, Duration timeout) throws InterruptedException {
        requireOpen();
        if (!inFlight.tryAcquire()) {
            throw new ReplicationException(
                    Reason.OVERLOADED, MAX_IN_FLIGHT + " requests of operators are under way on this node");
        }
        try {
            return untilAnswered(request, timeout.toNanos());
        } finally {
            inFlight.release();
        }
    }

    @Override
    public ClusterDescription describe(Duration timeout) throws InterruptedException {
        AdminRequest look = AdminRequest.newBuilder().setDescribe(DescribeCluster.getDefaultInstance()).build();
        if (raft.leadership().leader().isKnown()
                && inFlight.tryAcquire()) {
            try {
                if (tried(look, timeout.toNanos()) instanceof AdminClient.End.Answered answered
                        && answered.reply().getRefusal() == Refusal.NONE) {
                    return answered.reply().getCluster();
                }
            } finally {
                inFlight.release();
            }
        }
        return Descriptions.of(raft.status(), urls);
    }

    private AdminReply untilAnswered(AdminRequest request, long timeoutNanos) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        long enough = Math.min(LAST_TRY_NANOS, timeoutNanos / 4);
        Optional<AdminReply> last = Optional.empty();
        String why = "no leader is known";
        long pauseMillis = FIRST_PAUSE_MILLIS;
        for (long left = timeoutNanos; left > enough; left = deadlineNanos - System.nanoTime()) {
            switch (tried(request, left)) {
                case AdminClient.End.Answered(AdminReply reply) -> {
                    if (!Refusals.isPassing(reply.getRefusal())) {
                        return reply;
                    }
                    last = Optional.of(reply);
                    why = reply.getDetail();
                }
                case AdminClient.End.NotSent(String reason) -> why = reason;
                case AdminClient.End.Lost(String reason) -> {
                    requireHarmless(request, reason);
                    why = reason;
                }
            }
            requireOpen();
            TimeUnit.NANOSECONDS.sleep(Math.min(TimeUnit.MILLISECONDS.toNanos(pauseMillis), left));
            pauseMillis = Math.min(2 * pauseMillis, LAST_PAUSE_MILLIS);
        }
        if (last.isPresent() && last.get().getRefusal() == Refusal.NOT_READY) {
            return last.get();
        }
        throw new ReplicationException(Reason.NO_QUORUM, "No leader took the request in time: " + why);
    }

    private AdminClient.End tried(AdminRequest request, long leftNanos) throws InterruptedException {
        Leadership leadership = raft.leadership();
        if (leadership.here()) {
            return new AdminClient.End.Answered(here.answer(request, Duration.ofNanos(leftNanos)));
        }
        if (leadership.leader().isNone()) {
            return new AdminClient.End.NotSent("no leader is known in epoch " + leadership.epoch());
        }
        AdminRequest addressed = request.toBuilder()
                .setClusterId(Uuids.bytes(raft.status().clusterId()))
                .setRequestId(RequestScope.current())
                .setTimeoutMillis(Math.clamp(TimeUnit.NANOSECONDS.toMillis(leftNanos), 1, Integer.MAX_VALUE))
                .build();
        return peers.ask(leadership.leader().nodeId(), addressed, leftNanos);
    }

    /** What changes nothing may be asked again, whatever became of it. */
    private static void requireHarmless(AdminRequest request, String why) {
        boolean changes = switch (request.getKindCase()) {
            case DESCRIBE, SAFE_TO_STOP, KIND_NOT_SET -> false;
            case ADD, PROMOTE, DEMOTE, REMOVE, UPDATE, REPLACE, TRANSFER -> !request.getDryRun();
        };
        if (changes) {
            throw new ReplicationException(Reason.OUTCOME_UNKNOWN, why);
        }
    }

    private void requireOpen() {
        if (gate.isRemoved()) {
            throw new ReplicationException(Reason.REMOVED, "This node was removed from its cluster");
        }
        switch (gate.state()) {
            case STARTING -> throw new ReplicationException(Reason.STARTING, "This node starts");
            case DRAINING -> throw new ReplicationException(Reason.DRAINING, "This node stops");
            case OPEN -> {
                // Goes on.
            }
        }
    }
}
