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

    /** Counts them one by one: for whoever measures, now and then. */
    int size() {
        return events.size();
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

    /** Answers all that is here, of a loop that has ended. From any thread. */
    void refuseAll(String why) {
        Event event = events.poll();
        while (event != null) {
            refuse(event, why);
            event = events.poll();
        }
    }

    private static void refuse(Event event, String why) {
        switch (event) {
            case Event.FromPeer peer -> peer.inbound().release();
            case Event.Proposed proposed -> proposed.outcome().failed(new RaftException.Stopped(why));
            case Event.ReadAsked read -> read.applied().completeExceptionally(new RaftException.Stopped(why));
            case Event.ResignAsked resign -> resign.handedOver().complete(null);
            case Event.ChangeAsked asked -> asked.outcome().failed(new RaftException.Stopped(why));
            case Event.CheckAsked asked -> asked.judged().completeExceptionally(new RaftException.Stopped(why));
            case Event.TransferAsked asked ->
                asked.handedOver().completeExceptionally(new RaftException.Stopped(why));
            case Event.SnapshotPart part -> part.inbound().release();
            case Event.BaseAsked asked -> asked.base().completeExceptionally(new RaftException.Stopped(why));
            case Event.SnapshotEnded s -> {}
            case Event.Installed i -> {}
            case Event.Flushed f -> {}
            case Event.Durable d -> {}
            case Event.StoreFailed s -> {}
            case Event.EntriesRead e -> {}
            case Event.StreamLost s -> {}
            case Event.ApplyFailed a -> {}
            case Event.DamageFound d -> {}
            case Event.CloseAsked c -> {}
        }
    }
}
