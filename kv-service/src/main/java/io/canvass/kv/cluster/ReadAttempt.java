package io.canvass.kv.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.raft.runtime.RaftException;

/** One linearizable read's wait. Asked again while no leader is known: a read changes nothing, so that nothing is ever unknown. */
final class ReadAttempt {
    private final RaftAccess raft;
    private final NodeGate gate;
    private final Delays delays;
    private final long timeoutNanos;
    private final Backoff backoff = new Backoff();
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    /** Set before anything else happens. */
    private Delays.Delayed deadline = Delays.Delayed.NONE;
    private volatile String lastRefusal = "the leader has not confirmed it";

    ReadAttempt(RaftAccess raft, NodeGate gate, Delays delays, long timeoutNanos) {
        this.raft = raft;
        this.gate = gate;
        this.delays = delays;
        this.timeoutNanos = timeoutNanos;
    }

    /** Called once. */
    CompletableFuture<Void> start() {
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
        CompletableFuture<?> _ = indexHere().whenComplete((_, failure) -> {
            if (failure == null) {
                deadline.cancel();
                result.complete(null);
            } else {
                refused(Failures.causeOf(failure));
            }
        });
    }

    private CompletableFuture<Long> indexHere() {
        try {
            return raft.readIndex();
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
