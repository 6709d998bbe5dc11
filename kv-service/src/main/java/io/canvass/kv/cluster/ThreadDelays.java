package io.canvass.kv.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.canvass.kv.logging.RequestScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon thread and the system's clock.
 *
 * <p>Deadlines, of which each request has one and nearly none is ever reached, are looked through every {@link
 * #SWEEP_NANOS} while there are any: to set one and to cancel it is an entry in a set. A heap ordered by time, under one lock,
 * and a thread woken for each, would cost more than the rest of a request. Shorter delays, those between tries, are exact.
 *
 * <p>A task is of the request that the thread which hands it over works for.
 */
final class ThreadDelays implements Delays, AutoCloseable {
    /** How late a deadline may be. */
    static final long SWEEP_NANOS = 20_000_000;

    private static final long DEADLINE_AT_LEAST_NANOS = 5 * SWEEP_NANOS;
    private static final Logger LOG = LoggerFactory.getLogger(ThreadDelays.class);

    private final ScheduledThreadPoolExecutor executor;
    private final Set<Deadline> deadlines = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** Compared by identity. */
    private final class Deadline implements Delayed {
        final long atNanos;
        final Runnable task;

        Deadline(long atNanos, Runnable task) {
            this.atNanos = atNanos;
            this.task = task;
        }

        /** Whoever takes it out of the set has it: it is not run after a cancel. */
        void runIfReached(long now) {
            // By difference: the clock may overflow.
            if (now - atNanos >= 0 && deadlines.remove(this)) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            deadlines.remove(this);
        }
    }

    ThreadDelays() {
        executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name("kv-replication").daemon().unstarted(task));
        executor.setRemoveOnCancelPolicy(true);
        // What waits when the node is closed is never due.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
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
        if (nanos < DEADLINE_AT_LEAST_NANOS) {
            return scheduled(nanos, task);
        }
        Deadline deadline = new Deadline(nanoTime() + nanos, guarded(task));
        deadlines.add(deadline);
        sweepWhileThereAreAny();
        return deadline;
    }

    private Delayed scheduled(long nanos, Runnable task) {
        try {
            ScheduledFuture<?> scheduled = executor.schedule(guarded(task), nanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException _) {
            LOG.debug("The node is closed; a delay of replication is dropped");
            return Delayed.NONE;
        }
    }

    private void sweepWhileThereAreAny() {
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            Delayed _ = scheduled(SWEEP_NANOS, this::sweep);
        }
    }

    private void sweep() {
        long now = nanoTime();
        deadlines.forEach(deadline -> deadline.runIfReached(now));
        sweeping.set(false);
        // Looked at after the flag fell: who adds one sees the flag, or is seen here.
        if (!deadlines.isEmpty()) {
            sweepWhileThereAreAny();
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static Runnable guarded(Runnable task) {
        return RequestScope.carried(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("A task of replication failed", e);
            }
        });
    }
}
