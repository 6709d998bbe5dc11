package io.canvass.kv.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.logging.RequestScope;
import io.canvass.raft.runtime.RaftException;

/** One read's wait for the leader's word. Asked again while no leader is known: a read changes nothing, so that nothing is ever unknown. */
final class ReadAttempt {
    private final RaftAccess raft;
    /** Threads of the replica, on which it goes on, work for nobody. */
    private final String requestId = RequestScope.current();
    private final NodeGate gate;
    private final Delays delays;
    private final long timeoutNanos;
    private final Backoff backoff = new Backoff();
    private final boolean leaseIsEnough;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    /** Set before anything else happens. */
    private Delays.Delayed deadline = Delays.Delayed.NONE;
    private volatile String lastRefusal = "the leader has not confirmed it";

    /** @param leaseIsEnough whether a leader may answer by its lease */
    ReadAttempt(RaftAccess raft, NodeGate gate, Delays delays, long timeoutNanos, boolean leaseIsEnough) {
        this.raft = raft;
        this.gate = gate;
        this.delays = delays;
        this.timeoutNanos = timeoutNanos;
        this.leaseIsEnough = leaseIsEnough;
    }

    /** Called once. Completes with whether it was by lease. */
    CompletableFuture<Boolean> start() {
        deadline = delays.after(timeoutNanos, this::timedOut);
        ask();
        return result;
    }

    private void ask() {
        if (result.isDone()) {
            return;
        }
        if (gate.state() == NodeGate.State.DRAINING) {
            fail(Reason.DRAINING, "This node stops; the read was not begun");
            return;
        }
        CompletableFuture<?> _ = confirmedHere().whenComplete((byLease, failure) -> {
            if (failure == null) {
                deadline.cancel();
                result.complete(byLease);
            } else {
                try (RequestScope _ = RequestScope.open(requestId)) {
                    refused(Failures.causeOf(failure));
                }
            }
        });
    }

    private CompletableFuture<Boolean> confirmedHere() {
        try {
            return leaseIsEnough ? raft.leaseRead() : raft.readIndex().thenApply(_ -> false);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void refused(Throwable failure) {
        switch (failure) {
            case RaftException.Overloaded overloaded -> fail(Reason.OVERLOADED, Failures.messageOf(overloaded));
            case RaftException.Stopped stopped -> fail(Failures.ofStopped(raft), Failures.messageOf(stopped));
            case RaftException other -> askAgain(Failures.messageOf(other));
            case Throwable other -> fail(Reason.NO_QUORUM, "The read could not be confirmed: " + other);
        }
    }

    private void askAgain(String why) {
        lastRefusal = why;
        delays.after(backoff.nextNanos(), this::ask);
    }

    private void timedOut() {
        fail(
                Reason.NO_QUORUM,
                "The read was not confirmed within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms: " + lastRefusal);
    }

    private void fail(Reason reason, String message) {
        deadline.cancel();
        result.completeExceptionally(new ReplicationException(reason, message));
    }
}
