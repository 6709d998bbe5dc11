package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.LeaseChange;
import io.canvass.kv.store.StoreObserver;
import io.canvass.kv.store.StoreState;

/**
 * Wakes who waits for a lock or an election on this node when its queue has changed. What it looks like then is for the
 * store to say, and whether somebody holds it for the log. Thread-safe.
 */
public final class QueueWatch implements StoreObserver {
    private final Duration maxWait;
    private final int maxWaiting;
    private final Map<Change.Lock, Set<Waiting>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean ending;

    /**
     * @param maxWait the longest time that a request may wait
     * @param maxWaiting most requests that wait at once
     */
    public QueueWatch(Duration maxWait, int maxWaiting) {
        this.maxWait = maxWait;
        this.maxWaiting = maxWaiting;
    }

    public Duration maxWait() {
        return maxWait;
    }

    public int maxWaiting() {
        return maxWaiting;
    }

    /** How many wait. */
    public int count() {
        return count.get();
    }

    /**
     * Begins to wait; empty if as many do as may. Whoever waits looks at the queue after this, and closes what it
     * is given.
     */
    public Optional<Waiting> enter(Change.Lock queue) {
        if (count.incrementAndGet() > maxWaiting) {
            count.decrementAndGet();
            return Optional.empty();
        }
        Waiting entered = new Waiting(queue);
        waiting.compute(queue, (_, others) -> {
            Set<Waiting> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(entered);
            return all;
        });
        return Optional.of(entered);
    }

    /** This node stops: nobody waits any longer. */
    public void end() {
        ending = true;
        wakeAll();
    }

    @Override
    public void applied(StoreState state, List<LeaseChange> leaseChanges) {
        // Queues are told of by themselves.
    }

    @Override
    public void queuesChanged(List<Change.Lock> locks) {
        locks.forEach(lock -> waiting.getOrDefault(lock, Set.of()).forEach(Waiting::wake));
    }

    @Override
    public void installed(StoreState state) {
        wakeAll();
    }

    private void wakeAll() {
        waiting.values().forEach(all -> all.forEach(Waiting::wake));
    }

    /** One request that waits, on one thread. */
    public final class Waiting implements AutoCloseable {
        private final Change.Lock queue;
        private final Semaphore changes = new Semaphore(0);

        private Waiting(Change.Lock queue) {
            this.queue = queue;
        }

        private void wake() {
            changes.release();
        }

        /** Returns when the queue has changed since the last call, or this node stops, or after so many nanoseconds. */
        public void await(long nanos) throws InterruptedException {
            if (!ending && changes.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                changes.drainPermits();
            }
        }

        /** Whether this node stops. */
        public boolean isOver() {
            return ending;
        }

        @Override
        public void close() {
            waiting.computeIfPresent(queue, (_, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
            count.decrementAndGet();
        }
    }
}
