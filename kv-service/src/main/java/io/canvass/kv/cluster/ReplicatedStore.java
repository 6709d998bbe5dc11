package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.runtime.Leadership;
import io.canvass.raft.runtime.RaftStatus;
import org.jspecify.annotations.Nullable;

/** Replication by this node's replica, or by the leader's where this one does not lead. */
final class ReplicatedStore implements Replication {
    private final WriteAttempt.Context context;
    private final Map<String, String> httpUrls;
    private final int maxInFlight;
    private final WriteOutcomes outcomes;
    private final SpaceGuard space;
    private final AppliedRevisions revisions;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** @param maxInFlight writes and reads together, those that wait for a leader included */
    ReplicatedStore(
            WriteAttempt.Context context,
            Map<String, String> httpUrls,
            int maxInFlight,
            WriteOutcomes outcomes,
            SpaceGuard space,
            AppliedRevisions revisions) {
        this.context = context;
        this.httpUrls = Map.copyOf(httpUrls);
        this.maxInFlight = maxInFlight;
        this.outcomes = outcomes;
        this.space = space;
        this.revisions = revisions;
    }

    @Override
    public CompletableFuture<Result> write(Command command, Duration timeout) {
        Optional<SpaceGuard.Shortage> shortage = space.refusalOf(command);
        if (shortage.isPresent()) {
            return refused(
                    new ReplicationException(shortage.get().reason(), "On this node " + shortage.get().why()), this::count);
        }
        return admitted(
                () -> new WriteAttempt(context, command, timeout.toNanos()).start(), this::count);
    }

    @Override
    public CompletableFuture<Void> awaitLinearizable(Duration timeout) {
        return attempted(timeout, false).thenApply(_ -> null);
    }

    @Override
    public CompletableFuture<Boolean> awaitLease(Duration timeout) {
        return attempted(timeout, true);
    }

    private CompletableFuture<Boolean> attempted(Duration timeout, boolean leaseIsEnough) {
        return admitted(
                () -> new ReadAttempt(context.raft(), context.gate(), context.delays(), timeout.toNanos(), leaseIsEnough)
                        .start(),
                _ -> {});
    }

    @Override
    public boolean offersLeaseReads() {
        return context.raft().offersLeaseReads();
    }

    @Override
    public CompletableFuture<Boolean> awaitRevision(long revision, Duration timeout) {
        return revisions.isReached(revision)
                ? CompletableFuture.completedFuture(true)
                : admitted(() -> revisions.await(revision, timeout.toNanos()), _ -> {});
    }

    @Override
    public Staleness staleness() {
        RaftStatus status = context.raft().status();
        long contact = status.leaderContactAgeMillis();
        boolean lagIsKnown = contact >= 0 && status.caughtUp();
        long lag = Math.max(0, status.log().commitIndex() - status.log().appliedIndex());
        return new Staleness(
                contact < 0 ? OptionalLong.empty() : OptionalLong.of(contact),
                lagIsKnown ? OptionalLong.of(lag) : OptionalLong.empty());
    }

    @Override
    public ClusterView view() {
        Leadership leadership = context.raft().leadership();
        String leaderId = leadership.leader().nodeId();
        return new ClusterView(context.nodeId(), leaderId, urlOf(leaderId), leadership.epoch());
    }

    /** As the members say; the settings know only those of the cluster's birth. Empty if neither does. */
    private String urlOf(String nodeId) {
        for (Configuration.Member member : context.raft().configuration().members()) {
            if (member.key().nodeId().equals(nodeId) && !member.url().isEmpty()) {
                return member.url();
            }
        }
        return httpUrls.getOrDefault(nodeId, "");
    }

    @Override
    public VotersSeen votersSeen() {
        RaftStatus.Quorum quorum = context.raft().status().quorum();
        return new VotersSeen(quorum.voters(), quorum.reachable(), quorum.needed());
    }

    /** @param count is told of each end, and whether it was a failure */
    private <T> CompletableFuture<T> admitted(
            Supplier<CompletableFuture<T>> start, Consumer<@Nullable Throwable> count) {
        Optional<ReplicationException> closed = closed();
        if (closed.isPresent()) {
            return refused(closed.get(), count);
        }
        if (inFlight.incrementAndGet() > maxInFlight) {
            inFlight.decrementAndGet();
            return refused(
                    new ReplicationException(
                            Reason.OVERLOADED,
                            maxInFlight + " requests are under way on this node (kv.request.max-in-flight)"),
                    count);
        }
        return start.get().whenComplete((_, failure) -> {
            inFlight.decrementAndGet();
            count.accept(failure);
        });
    }

    private static <T> CompletableFuture<T> refused(
            ReplicationException why, Consumer<@Nullable Throwable> count) {
        count.accept(why);
        return CompletableFuture.failedFuture(why);
    }

    @Override
    public void requireMember() {
        if (context.gate().isRemoved()) {
            throw removed();
        }
    }

    private static ReplicationException removed() {
        return new ReplicationException(Reason.REMOVED, "This node was removed from its cluster");
    }

    private Optional<ReplicationException> closed() {
        if (context.gate().isRemoved()) {
            return Optional.of(removed());
        }
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
