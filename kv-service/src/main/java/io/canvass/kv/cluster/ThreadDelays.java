package io.canvass.kv.cluster;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One daemon thread and the system's clock. */
final class ThreadDelays implements Delays, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadDelays.class);
    private final ScheduledThreadPoolExecutor executor;

    ThreadDelays() {
        executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name("kv-replication").daemon().unstarted(task));
        // Nearly every deadline is cancelled: without this they would pile up until they are due.
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException _) {
            // Closed: nobody else will run it, and somebody may wait for what it completes.
            task.run();
        }
    }

    @Override
    public Delayed after(long nanos, Runnable task) {
        try {
            ScheduledFuture<?> scheduled = executor.schedule(guarded(task), nanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException _) {
            LOG.debug("The node is closed; a deadline of replication is dropped");
            return () -> {};
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("A task of replication failed", e);
            }
        };
    }
}
