package io.canvass.kv.watch;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.store.StoreException;

/**
 * One stream of changes: each revision of its range once, in order, from where it begins. It reads history by itself,
 * page by page, until it is near the hub's reader; then it subscribes, reads what is before the place at which it joined,
 * and takes the rest from its buffer. For one thread.
 */
public final class Watch implements AutoCloseable {
    /** Of history at once; with what waits to be taken of it, it is all the memory that catching up needs. */
    private static final long PAGE_BYTES = 64L << 10;

    private static final int PAGE_CHANGES = 256;

    private final WatchHub hub;
    private final KvQueries queries;
    private final Buffer buffer;
    private final FeedReader history;

    private FeedPosition position;
    /** The hub serves from here on. */
    private long feedFrom = Long.MAX_VALUE;
    /** Read of history and not taken yet. */
    private final ArrayDeque<RevisionChanges> read = new ArrayDeque<>();

    private boolean inPart;
    private long readThrough;
    private long takenThrough;
    private boolean closed;
    private boolean ended;

    /** Which changes a stream is told. */
    public enum Kind {
        PUT,
        DELETE,
        QUEUE;

        static Kind of(Change change) {
            return switch (change) {
                case Change.Put put -> PUT;
                case Change.Delete delete -> DELETE;
                case Change.Lock lock -> QUEUE;
            };
        }

        /** Of keys. */
        public static final Set<Kind> OF_KEYS = Set.of(PUT, DELETE);
    }

    Watch(WatchHub hub, KvQueries queries, Buffer buffer, long from) {
        this.hub = hub;
        this.queries = queries;
        this.buffer = buffer;
        this.history = new FeedReader(queries, PAGE_CHANGES, PAGE_BYTES);
        this.position = FeedPosition.at(from);
        this.readThrough = from - 1;
        this.takenThrough = from - 1;
    }

    /** Finds out at once if history is gone, or cannot be read. */
    void begin() {
        readPage();
    }

    /**
     * What comes next. Returns early, with {@link Signal.Quiet}, after a page of history that had nothing for this
     * stream.
     */
    public Signal next(long timeoutNanos) throws InterruptedException {
        if (read.isEmpty() && isCatchingUp()) {
            if (hub.isClosed()) {
                return ended(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN));
            }
            try {
                readPage();
            } catch (RevisionCompactedException e) {
                return ended(new WatchEnd.Compacted(e.compactRevision()));
            } catch (StoreException e) {
                return ended(new WatchEnd.Goodbye(WatchEnd.Reason.DAMAGED));
            }
            if (read.isEmpty()) {
                takenThrough = readThrough;
                return new Signal.Quiet();
            }
        }
        return read.isEmpty() ? live(timeoutNanos) : taken(read.remove());
    }

    private Signal live(long timeoutNanos) throws InterruptedException {
        takenThrough = Math.max(takenThrough, readThrough);
        // In this order: what the hub had come to by then, it had put into the buffer, or else ended that.
        long through = hub.through();
        if (buffer.isIdle()) {
            takenThrough = Math.max(takenThrough, through);
        }
        return switch (buffer.take(timeoutNanos)) {
            case Signal.Changed(RevisionChanges revision) -> taken(revision);
            case Signal.Ended(WatchEnd end) -> ended(end);
            case Signal.Quiet quiet -> quiet;
        };
    }

    private Signal taken(RevisionChanges revision) {
        if (revision.complete()) {
            takenThrough = Math.max(takenThrough, revision.revision());
        }
        hub.counts().event();
        return new Signal.Changed(revision);
    }

    private Signal ended(WatchEnd end) {
        if (!ended) {
            ended = true;
            hub.counts().ended(end);
        }
        return new Signal.Ended(end);
    }

    /**
     * All changes of this stream up to this revision, inclusive, were returned by {@link #next}: who has sent those may tell
     * it as progress. Never falls.
     */
    public long through() {
        return takenThrough;
    }

    /** Whether {@link #next} would return something at once. */
    public boolean hasNext() {
        return !read.isEmpty() || isCatchingUp() || !buffer.isIdle();
    }

    private boolean isCatchingUp() {
        return position.revision() < feedFrom;
    }

    private void readPage() {
        FeedPage page = history.read(position, buffer.previous());
        for (RevisionChanges revision : page.revisions()) {
            if (revision.revision() < feedFrom) {
                keep(revision);
            }
        }
        position = page.next();
        readThrough = Math.max(readThrough, Math.min(page.through(), feedFrom - 1));
        if (feedFrom == Long.MAX_VALUE && isNear(page)) {
            feedFrom = hub.attach(buffer, position);
        }
    }

    /** So near that the buffer has room for what comes while the rest is read. */
    private boolean isNear(FeedPage page) {
        return queries.revision() - page.through() <= hub.limits().bufferRevisions() / 4;
    }

    private void keep(RevisionChanges revision) {
        List<Change> wanted = revision.changes().stream()
                .filter(change -> buffer.interest().includes(change) && buffer.wants(change))
                .toList();
        if (!wanted.isEmpty() || (inPart && revision.complete())) {
            read.add(new RevisionChanges(revision.revision(), wanted, revision.complete()));
            inPart = !revision.complete();
        }
    }

    /** Gives its memory back. A second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            hub.release(buffer);
            buffer.end(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN));
        }
    }
}
