package io.canvass.kv.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The instant, by the monotonic clock, at which a request is answered whatever the cluster does. */
final class Deadline {
    private final long startNanos = System.nanoTime();
    private final long timeoutNanos;

    Deadline(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /**
     * How long the cluster may take: nine tenths of what remains. The rest is for its answer to get here, so that a
     * timeout of its own, which knows whether the write was handed over, is heard before this deadline, which does not.
     */
    Duration forReplication() {
        return Duration.ofNanos(Math.max(1, remainingNanos() / 10 * 9));
    }

    /**
     * Waits for the future until the deadline.
     *
     * @throws TimeoutException if the deadline passes first
     */
    <T> T join(CompletableFuture<T> future) throws TimeoutException, InterruptedException {
        try {
            return future.get(Math.max(0, remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException("Replication failed", e);
            }
        }
    }

    private long remainingNanos() {
        return timeoutNanos - (System.nanoTime() - startNanos);
    }
}
