package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Hands leadership over before the web server drains, so that the writes under way on this node end at the next leader
 * instead of waiting for an election. What cannot be handed over is resigned.
 */
final class LeadershipHandover implements SmartLifecycle {
    /** Higher phases stop first. */
    static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;

    private static final Logger LOG = LoggerFactory.getLogger(LeadershipHandover.class);
    private final RaftAccess raft;
    private final Duration limit;
    private volatile boolean running;

    /** @param limit for the handing over, and once more for the resignation; then the stop goes on all the same */
    LeadershipHandover(RaftAccess raft, Duration limit) {
        this.raft = raft;
        this.limit = limit;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        handOver().join();
    }

    @Override
    public void stop(Runnable callback) {
        CompletableFuture<Void> _ = handOver().thenRun(callback);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private CompletableFuture<Void> handOver() {
        running = false;
        RaftStatus status = raft.status();
        if (!status.leads() || status.quorum().voters() == 1) {
            // Nothing to hand over, or nobody to hand it to.
            return CompletableFuture.completedFuture(null);
        }
        long begun = System.nanoTime();
        // To whom is the core's choice: it knows who answers. Until who takes over has the rest, nobody takes writes.
        return within(() -> raft.transfer(ReplicaKey.NONE, limit))
                .thenRun(() -> LOG.info("Leadership was handed over in {} ms; {} leads epoch {}", millisSince(begun),
                        raft.leadership().leader().nodeId(), raft.leadership().epoch()))
                .handle((_, failure) -> Optional.ofNullable(failure))
                .thenCompose(failure -> failure.map(this::resign).orElse(CompletableFuture.completedFuture(null)));
    }

    private CompletableFuture<Void> resign(Throwable transferFailure) {
        LOG.warn("Leadership was not handed over to another voter ({}); this node resigns", reason(transferFailure));
        return within(raft::resign).exceptionally(failure -> {
            LOG.warn("Leadership was not handed over within {} ms ({}); the peers elect without it",
                    limit.toMillis(), reason(failure));
            return null;
        });
    }

    private CompletableFuture<Void> within(Supplier<CompletableFuture<Void>> request) {
        try {
            // A copy: the replica's own future is not ours to complete.
            return request.get().copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = Failures.causeOf(failure);
        return cause instanceof TimeoutException ? "it took too long" : Failures.messageOf(cause);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
