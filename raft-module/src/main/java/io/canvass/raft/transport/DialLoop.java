package io.canvass.raft.transport;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which connections are made and given up, and deadlines expire. Nothing on it blocks. */
final class DialLoop {
    private static final Logger LOG = LoggerFactory.getLogger(DialLoop.class);

    private final ScheduledThreadPoolExecutor executor;

    DialLoop(String threadName) {
        executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(threadName).unstarted(task));
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Once the loop is closed, nothing is done. */
    void execute(Runnable task) {
        try {
            executor.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            // Closed: there is nothing to be dialled any more.
        }
    }

    /** Once the loop is closed, nothing is done. */
    Future<?> schedule(Runnable task, long delayNanos) {
        try {
            return executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return new FutureTask<>(task, Boolean.FALSE);
        }
    }

    /** A fault in one task must not end the loop silently. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A fault in the transport; the connection it concerns may stay down until the next change", e);
        }
    }

    /** Runs this as the last task, and waits for it and for the thread's end, but no longer than given. */
    void close(Runnable last, long timeoutNanos) {
        Future<?> done;
        try {
            done = executor.submit(() -> run(last));
        } catch (RejectedExecutionException e) {
            return;
        }
        try {
            done.get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Connections to peers were not closed in time; their threads are ended regardless", e);
        }
        executor.shutdownNow();
        try {
            executor.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
