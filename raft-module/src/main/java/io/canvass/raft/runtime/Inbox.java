package io.canvass.raft.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * What waits for the core's thread. It has no bound of its own because each of its sources has one: streams deliver a bounded
 * number of unreleased messages, proposals and reads are counted before they come here, the writer answers what it was given.
 */
final class Inbox {
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private volatile boolean parked;
    private volatile @Nullable Thread reader;

    /** To be called by the one reading thread, before its first {@link #await}. */
    void readBy(Thread thread) {
        reader = thread;
    }

    void offer(Event event) {
        events.add(event);
        Thread thread = reader;
        // The reader looks again after it has said that it parks, so a wake-up is never lost and seldom needed.
        if (parked && thread != null) {
            LockSupport.unpark(thread);
        }
    }

    @Nullable Event poll() {
        return events.poll();
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Waits until there may be something, or for so long. */
    void await(long nanos) {
        if (nanos <= 0) {
            return;
        }
        parked = true;
        try {
            if (events.isEmpty()) {
                LockSupport.parkNanos(this, nanos);
            }
        } finally {
            parked = false;
        }
    }
}
