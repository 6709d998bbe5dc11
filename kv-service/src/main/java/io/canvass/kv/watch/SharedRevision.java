package io.canvass.kv.watch;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.StoredValue;

/** A revision that waits in buffers: it takes up memory once, however many they are. Thread-safe. */
final class SharedRevision {
    /** Objects around a change, roughly. */
    private static final int OVERHEAD_BYTES = 200;

    private final RevisionChanges changes;
    private final long bytes;
    private final AtomicLong total;
    private final AtomicInteger holders = new AtomicInteger();

    /** @param total is kept at the bytes of all revisions that somebody holds */
    SharedRevision(RevisionChanges changes, AtomicLong total) {
        this.changes = changes;
        this.bytes = bytesOf(changes.changes());
        this.total = total;
    }

    long revision() {
        return changes.revision();
    }

    boolean isComplete() {
        return changes.complete();
    }

    void hold() {
        if (holders.getAndIncrement() == 0) {
            total.addAndGet(bytes);
        }
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            total.addAndGet(-bytes);
        }
    }

    static long bytesOf(List<Change> changes) {
        long bytes = OVERHEAD_BYTES;
        for (Change change : changes) {
            bytes += OVERHEAD_BYTES
                    + switch (change) {
                        case Change.Put put -> bytesOf(put.entry())
                                + put.previous().map(SharedRevision::bytesOf).orElse(0L);
                        case Change.Delete delete -> delete.key().size()
                                + delete.previous().map(SharedRevision::bytesOf).orElse(0L);
                        case Change.Lock lock -> lock.name().size();
                    };
        }
        return bytes;
    }

    private static long bytesOf(StoredValue entry) {
        return (long) entry.key().size() + entry.value().size();
    }
}
