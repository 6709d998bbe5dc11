package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.canvass.raft.runtime.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Gives up leadership before the web server drains, so that the writes under way on this node end at the next leader instead of
 * waiting for an election.
 */
final class LeadershipHandover implements SmartLifecycle {
    /** Higher phases stop first. */
    static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;

    private static final Logger LOG = LoggerFactory.getLogger(LeadershipHandover.class);
    private final RaftAccess raft;
    private final Duration limit;
    private volatile boolean running;

    /** @param limit after which the stop goes on all the same */
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
        CompletableFuture<Void> resigned;
        try {
            resigned = raft.resign();
        } catch (RuntimeException e) {
            resigned = CompletableFuture.failedFuture(e);
        }
        return resigned.copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).exceptionally(failure -> {
            String why = failure instanceof TimeoutException ? "it took too long" : Failures.messageOf(failure);
            LOG.warn("Leadership was not handed over within {} ms ({}); the peers elect without it", limit.toMillis(), why);
            return null;
        });
    }
}
