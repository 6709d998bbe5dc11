package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.RaftStatus;
import org.jspecify.annotations.Nullable;

/** Replication by this node's replica, or by the leader's where this one does not lead. */
final class ReplicatedStore implements Replication {
    private final WriteAttempt.Context context;
    private final Map<String, String> httpUrls;
    private final int maxInFlight;
    private final WriteOutcomes outcomes;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** @param maxInFlight writes and reads together, those that wait for a leader included */
    ReplicatedStore(
            WriteAttempt.Context context, Map<String, String> httpUrls, int maxInFlight, WriteOutcomes outcomes) {
        this.context = context;
        this.httpUrls = Map.copyOf(httpUrls);
        this.maxInFlight = maxInFlight;
        this.outcomes = outcomes;
    }

    @Override
    public CompletableFuture<Result> write(Command command, Duration timeout) {
        CompletableFuture<Result> write = admitted(() ->
                new WriteAttempt(context, Bytes.wrap(command.toByteArray()), timeout.toNanos()).start());
        return write.whenComplete((_, failure) -> count(failure));
    }

    @Override
    public CompletableFuture<Void> awaitLinearizable(Duration timeout) {
        return admitted(() ->
                new ReadAttempt(context.raft(), context.gate(), context.delays(), timeout.toNanos()).start());
    }

    @Override
    public ClusterView view() {
        RaftStatus status = context.raft().status();
        String leaderId = status.leader().nodeId();
        return new ClusterView(
                status.self().nodeId(),
                leaderId,
                httpUrls.getOrDefault(leaderId, ""),
                status.epoch(),
                status.quorum().voters(),
                status.quorum().reachable(),
                status.quorum().needed());
    }

    private <T> CompletableFuture<T> admitted(Supplier<CompletableFuture<T>> start) {
        Optional<ReplicationException> closed = closed();
        if (closed.isPresent()) {
            return CompletableFuture.failedFuture(closed.get());
        }
        if (inFlight.incrementAndGet() > maxInFlight) {
            inFlight.decrementAndGet();
            return CompletableFuture.failedFuture(new ReplicationException(
                    Reason.OVERLOADED, maxInFlight + " requests are under way on this node (kv.request.max-in-flight)"));
        }
        return start.get().whenComplete((_, _) -> inFlight.decrementAndGet());
    }

    private Optional<ReplicationException> closed() {
        return switch (context.gate().state()) {
            case OPEN -> Optional.empty();
            case STARTING -> Optional.of(new ReplicationException(Reason.STARTING, "This node starts"));
            case DRAINING -> Optional.of(new ReplicationException(Reason.DRAINING, "This node stops"));
        };
    }

    private void count(@Nullable Throwable failure) {
        if (failure == null) {
            outcomes.applied();
        } else if (Failures.causeOf(failure) instanceof ReplicationException refused) {
            outcomes.failed(refused.reason());
        }
    }
}
