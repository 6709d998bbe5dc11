package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.storage.RaftStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the Raft store. It takes all that waits, writes it as one synced batch, and reports the last token:
 * the slower the disk, the larger the batch, with no timer (group commit).
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private static final long NONE = Long.MIN_VALUE;

    private final RaftStore store;
    private final Inbox inbox;
    private final RaftListener listener;
    private final Object lock = new Object();
    private List<Effect.Persist> waiting = new ArrayList<>();
    /** To be noted after what waits, and what is to be done then. */
    private @Nullable Note note;
    private boolean closed;
    private volatile long oldestUnfinishedNanos = NONE;

    private record Note(LogBase base, Runnable then) {}

    LogWriter(RaftStore store, Inbox inbox, RaftListener listener) {
        this.store = store;
        this.inbox = inbox;
        this.listener = listener;
    }

    /** Takes over writes, in their order. Their number is bounded by the core's bound of uncommitted bytes and by its peers'. */
    void submit(List<Effect.Persist> writes) {
        synchronized (lock) {
            if (oldestUnfinishedNanos == NONE) {
                oldestUnfinishedNanos = System.nanoTime();
            }
            waiting.addAll(writes);
            lock.notify();
        }
    }

    /** Notes durably, after all that was submitted, that a snapshot is about to take the state's place. */
    void submitNote(LogBase base, Runnable then) {
        synchronized (lock) {
            note = new Note(base, then);
            lock.notify();
        }
    }

    /** Writes that wait for the disk, without those it is busy with. */
    int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** How long the oldest write has been waiting for the disk; 0 if none is. */
    long stalledNanos() {
        long since = oldestUnfinishedNanos;
        return since == NONE ? 0 : Math.max(0, System.nanoTime() - since);
    }

    void close() {
        synchronized (lock) {
            closed = true;
            lock.notify();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                List<Effect.Persist> batch = take();
                if (batch.isEmpty()) {
                    Note asked = takeNote();
                    if (asked == null) {
                        return;
                    }
                    store.installing(asked.base());
                    asked.then().run();
                    continue;
                }
                long submitted = oldestUnfinishedNanos;
                long begun = System.nanoTime();
                store.write(batch);
                long done = System.nanoTime();
                inbox.offer(new Event.Durable(batch.getLast().token()));
                finished();
                listener.synced(done - begun, batch.size());
                listener.appended(done - submitted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // The first failure is final: what the disk holds is not known any more (HAZARDS E9).
            LOG.error("Writing the log failed; this replica stops", e);
            inbox.offer(new Event.StoreFailed("Writing the log failed", e));
        }
    }

    private List<Effect.Persist> take() throws InterruptedException {
        synchronized (lock) {
            while (waiting.isEmpty() && note == null && !closed) {
                lock.wait();
            }
            List<Effect.Persist> batch = waiting;
            waiting = new ArrayList<>();
            return batch;
        }
    }

    private @Nullable Note takeNote() {
        synchronized (lock) {
            Note asked = note;
            note = null;
            return asked;
        }
    }

    private void finished() {
        synchronized (lock) {
            oldestUnfinishedNanos = waiting.isEmpty() ? NONE : System.nanoTime();
        }
    }
}
