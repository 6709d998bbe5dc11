package io.canvass.kv.watch;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;

/** What waits for one stream to be read, within its bounds: who reads too slowly is told so, and keeps no memory. */
final class Buffer extends Subscription {
    private final Set<Watch.Kind> kinds;
    private final Previous previous;
    private final WatchLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long bytes;
    private Optional<WatchEnd> end = Optional.empty();
    /** Of the hub. */
    private boolean inPart;

    private record Waiting(SharedRevision shared, List<Change> changes, long bytes) {}

    Buffer(Interest interest, Set<Watch.Kind> kinds, Previous previous, WatchLimits limits) {
        super(interest);
        this.kinds = Set.copyOf(kinds);
        this.previous = previous;
        this.limits = limits;
    }

    Previous previous() {
        return previous;
    }

    @Override
    boolean wants(Change change) {
        return kinds.contains(Watch.Kind.of(change));
    }

    @Override
    boolean isInPart() {
        return inPart;
    }

    @Override
    boolean offer(SharedRevision revision, List<Change> changes) {
        long more = SharedRevision.bytesOf(changes);
        lock.lock();
        try {
            if (end.isPresent()) {
                return false;
            }
            // One more is taken whatever its size: else a large revision would end whoever has just begun to read.
            if (bytes >= limits.bufferBytes() || waiting.size() == limits.bufferRevisions()) {
                finish(new WatchEnd.Lagging());
                return false;
            }
            revision.hold();
            waiting.add(new Waiting(revision, List.copyOf(changes), more));
            bytes += more;
            inPart = !revision.isComplete();
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether more than half of its room is full. */
    boolean isLagging() {
        lock.lock();
        try {
            return bytes > limits.bufferBytes() / 2 || waiting.size() > limits.bufferRevisions() / 2;
        } finally {
            lock.unlock();
        }
    }

    @Override
    void missed(WatchEnd.Compacted gap) {
        lock.lock();
        try {
            // What waits was before the gap.
            if (end.isEmpty()) {
                end = Optional.of(gap);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    void end(WatchEnd why) {
        lock.lock();
        try {
            finish(why);
        } finally {
            lock.unlock();
        }
    }

    /** What waits is given up at once: the stream's client can ask for it again. */
    private void finish(WatchEnd why) {
        waiting.forEach(item -> item.shared.release());
        waiting.clear();
        bytes = 0;
        end = Optional.of(end.filter(earlier -> !(earlier instanceof WatchEnd.Compacted)).orElse(why));
        changed.signal();
    }

    /** The revision that has waited longest; empty if none does. */
    OptionalLong oldest() {
        lock.lock();
        try {
            return waiting.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(waiting.getFirst().shared.revision());
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has nothing to say. */
    boolean isIdle() {
        lock.lock();
        try {
            return waiting.isEmpty() && end.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something to say. */
    Signal take(long timeoutNanos) throws InterruptedException {
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && end.isEmpty()) {
                if (left <= 0) {
                    return new Signal.Quiet();
                }
                left = changed.awaitNanos(left);
            }
            if (waiting.isEmpty()) {
                return new Signal.Ended(end.orElseThrow());
            }
            Waiting next = waiting.remove();
            bytes -= next.bytes;
            next.shared.release();
            return new Signal.Changed(
                    new RevisionChanges(next.shared.revision(), next.changes, next.shared.isComplete()));
        } finally {
            lock.unlock();
        }
    }
}
