package io.canvass.kv.watch;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.canvass.kv.store.KvQueries.Change;

/** Says that something has changed, and keeps nothing: for those who then look how it stands. */
public final class Bell extends Subscription implements AutoCloseable {
    private final WatchHub hub;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean rung;
    private Optional<WatchEnd> end = Optional.empty();
    /** Of whoever opened it. */
    private boolean closed;

    /** What came of waiting. */
    public enum Ring {
        /** Something has changed since the bell was opened, or since it last said so; perhaps several times. */
        RUNG,
        /** Nothing in the time that was given. */
        QUIET,
        /** It will not ring again: the node stops, or cannot read its state. {@link #end} says which. */
        ENDED
    }

    Bell(Interest interest, WatchHub hub) {
        super(interest);
        this.hub = hub;
    }

    /** Returns at the first ring. What it rang for can be read then. */
    public Ring await(long timeoutNanos) throws InterruptedException {
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (!rung && end.isEmpty()) {
                if (left <= 0) {
                    return Ring.QUIET;
                }
                left = changed.awaitNanos(left);
            }
            if (end.isPresent()) {
                return Ring.ENDED;
            }
            rung = false;
            return Ring.RUNG;
        } finally {
            lock.unlock();
        }
    }

    /** Why it will not ring again. */
    public Optional<WatchEnd> end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    @Override
    boolean wants(Change change) {
        return true;
    }

    @Override
    boolean isInPart() {
        return false;
    }

    @Override
    boolean offer(SharedRevision revision, List<Change> changes) {
        ring();
        return true;
    }

    /** Something may have happened in the gap. */
    @Override
    void missed(WatchEnd.Compacted gap) {
        ring();
    }

    private void ring() {
        lock.lock();
        try {
            rung = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    void end(WatchEnd why) {
        lock.lock();
        try {
            if (end.isEmpty()) {
                end = Optional.of(why);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** To be called by the thread that opened it; a second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            hub.release(this);
        }
    }
}
