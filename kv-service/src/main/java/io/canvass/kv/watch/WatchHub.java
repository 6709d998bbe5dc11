package io.canvass.kv.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.LeaseChange;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.store.StoreException;
import io.canvass.kv.store.StoreObserver;
import io.canvass.kv.store.StoreState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the change feed once for all watches of this node, and hands each change to those whom it concerns
 * (docs/watching.md). A platform thread of its own reads; it is woken by apply, which never waits for it. Thread-safe.
 */
public final class WatchHub implements StoreObserver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

    /** Of one page of the feed, and so of what is read while nobody can join or leave. */
    private static final int PAGE_CHANGES = 1024;

    private static final long PAGE_BYTES = 1L << 20;

    private final KvQueries queries;
    private final WatchLimits limits;
    private final FeedReader feed;
    private final Thread reader = Thread.ofPlatform().name("kv-watch").daemon(true).unstarted(this::run);

    /** How far the store is known to be. */
    private final AtomicLong reached = new AtomicLong();

    private volatile boolean closed;

    /** Guards who is subscribed and how far the feed was read. */
    private final ReentrantLock lock = new ReentrantLock();

    private final SubscriptionIndex index = new SubscriptionIndex();
    private FeedPosition next = FeedPosition.at(1);
    private int withPrevious;

    /** All changes up to it were offered to whom they concern. */
    private volatile long through;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private final WatchCounts counts = new WatchCounts();

    /** How often the feed was read, for tests. */
    private final LongAdder pages = new LongAdder();

    public WatchHub(KvQueries queries, WatchLimits limits) {
        this.queries = queries;
        this.limits = limits;
        this.feed = new FeedReader(queries, PAGE_CHANGES, PAGE_BYTES);
    }

    /** Once, after the store has been told to tell this hub of what it applies. */
    public void start() {
        reached.accumulateAndGet(queries.revision(), Math::max);
        reader.start();
    }

    @Override
    public void applied(StoreState state, List<LeaseChange> leaseChanges) {
        reach(state.revision());
    }

    /** The copy holds what happened since its compact revision, so whoever is beyond that goes on as if nothing was. */
    @Override
    public void installed(StoreState state) {
        reach(state.revision());
    }

    private void reach(long revision) {
        reached.set(revision);
        LockSupport.unpark(reader);
    }

    /**
     * A watch of all changes from a revision on, which may be one that this node has not applied yet: then it waits.
     *
     * @param from inclusive, above zero
     * @throws RevisionCompactedException if that revision is gone
     * @throws WatchRefusedException if too many are open, or the node stops
     * @throws StoreException if the state cannot be read
     */
    public Watch watch(Interest interest, Set<Watch.Kind> kinds, Previous previous, long from) {
        Watch watch = watchLater(interest, kinds, previous, from);
        try {
            watch.begin();
            return watch;
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /**
     * The same, but nothing is read or kept for it before it is first asked: for who sends something else before. What is
     * compacted until then ends it.
     */
    public Watch watchLater(Interest interest, Set<Watch.Kind> kinds, Previous previous, long from) {
        admit();
        return new Watch(this, queries, new Buffer(interest, kinds, previous, limits), from);
    }

    /**
     * Whether one more could be opened now.
     *
     * @throws WatchRefusedException if too many are open, or the node stops
     */
    public void requireRoom() {
        admit();
        open.decrementAndGet();
    }

    /**
     * A bell that rings at changes from now on: what is read of the store after this returned either shows a change, or
     * the bell will ring for it.
     *
     * @throws WatchRefusedException if too many are open, or the node stops
     */
    public Bell bell(Interest interest) {
        admit();
        Bell bell = new Bell(interest, this);
        lock.lock();
        try {
            join(bell);
            // Earlier changes that the feed has not come to yet ring it, too: once more than needed does no harm.
            bell.beginAt(0);
        } finally {
            lock.unlock();
        }
        return bell;
    }

    private void admit() {
        if (closed) {
            throw new WatchRefusedException(WatchRefusedException.Why.CLOSED, "This node stops.");
        }
        if (open.incrementAndGet() > limits.maxStreams()) {
            open.decrementAndGet();
            counts.refused();
            throw new WatchRefusedException(
                    WatchRefusedException.Why.TOO_MANY,
                    limits.maxStreams() + " watches and waits are open on this node.");
        }
    }

    /**
     * Subscribes a stream to what the feed has not come to yet.
     *
     * @param from what the stream has not read by itself yet
     * @return the revision from which on the feed serves it; all before it, the stream reads by itself
     */
    long attach(Buffer buffer, FeedPosition from) {
        lock.lock();
        try {
            join(buffer);
            long own = from.skip() == 0 ? from.revision() : from.revision() + 1;
            long feeds = next.skip() == 0 ? next.revision() : next.revision() + 1;
            buffer.beginAt(Math.max(own, feeds));
            return buffer.from();
        } finally {
            lock.unlock();
        }
    }

    private void join(Subscription subscription) {
        if (index.isEmpty()) {
            // Nobody listened, so nothing was read.
            passOver();
        }
        index.add(subscription);
        if (subscription instanceof Buffer buffer && buffer.previous() == Previous.WITH) {
            withPrevious++;
        }
        if (closed) {
            subscription.end(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN));
        }
    }

    /** For what {@link #bell} and {@link #watch} gave out, once each. */
    void release(Subscription subscription) {
        open.decrementAndGet();
        leave(subscription);
    }

    private void leave(Subscription subscription) {
        lock.lock();
        try {
            if (index.remove(subscription)
                    && subscription instanceof Buffer buffer
                    && buffer.previous() == Previous.WITH) {
                withPrevious--;
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                if (!step()) {
                    LockSupport.park(this);
                }
            } catch (RuntimeException e) {
                // Whatever it was: nobody may wait for what will not come.
                LOG.error("The change feed cannot be read; all watches of this node end", e);
                endAll(new WatchEnd.Goodbye(WatchEnd.Reason.DAMAGED));
            }
        }
    }

    /** @return whether there was something to read */
    private boolean step() {
        lock.lock();
        try {
            if (next.revision() > reached.get()) {
                return false;
            }
            if (index.isEmpty()) {
                passOver();
                return false;
            }
            pages.increment();
            FeedPosition before = next;
            FeedPage page = feed.read(next, withPrevious > 0 ? Previous.WITH : Previous.WITHOUT);
            page.revisions().forEach(this::dispatch);
            next = page.next();
            through = page.through();
            bound();
            return !next.equals(before);
        } catch (RevisionCompactedException e) {
            skipTo(e.compactRevision());
            return true;
        } catch (StoreException e) {
            LOG.warn("The change feed cannot be read; all watches of this node end: {}", e.getMessage());
            endAll(new WatchEnd.Goodbye(WatchEnd.Reason.DAMAGED));
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void passOver() {
        long revision = queries.revision();
        next = FeedPosition.at(revision + 1);
        through = revision;
    }

    private void dispatch(RevisionChanges revision) {
        Map<Subscription, List<Change>> concerned = new LinkedHashMap<>();
        for (Change change : revision.changes()) {
            index.find(change, subscription -> {
                if (revision.revision() >= subscription.from() && subscription.wants(change)) {
                    concerned.computeIfAbsent(subscription, _ -> new ArrayList<>()).add(change);
                }
            });
        }
        if (revision.complete() && next.revision() == revision.revision() && next.skip() > 0) {
            // The last part of it: whoever was told another one is told the end.
            index.all().stream()
                    .filter(Subscription::isInPart)
                    .forEach(subscription -> concerned.computeIfAbsent(subscription, _ -> List.of()));
        }
        SharedRevision shared = new SharedRevision(revision, bufferedBytes);
        concerned.forEach((subscription, changes) -> {
            if (!subscription.offer(shared, changes)) {
                counts.overflowed();
                leave(subscription);
            }
        });
    }

    /** Whoever has read least ends first. */
    private void bound() {
        while (bufferedBytes.get() > limits.totalBytes()) {
            Optional<Buffer> slowest = Optional.empty();
            long least = Long.MAX_VALUE;
            for (Subscription subscription : index.all()) {
                OptionalLong oldest =
                        subscription instanceof Buffer buffer ? buffer.oldest() : OptionalLong.empty();
                if (oldest.isPresent() && oldest.getAsLong() < least) {
                    least = oldest.getAsLong();
                    slowest = Optional.of((Buffer) subscription);
                }
            }
            if (slowest.isEmpty()) {
                return;
            }
            slowest.get().end(new WatchEnd.Lagging());
            counts.overflowed();
            leave(slowest.get());
        }
    }

    /** What the feed would come to next is gone; whoever did not wait for it is not concerned. */
    private void skipTo(long compactRevision) {
        WatchEnd.Compacted gap = new WatchEnd.Compacted(compactRevision);
        for (Subscription subscription : index.all()) {
            if (subscription.from() < compactRevision) {
                subscription.missed(gap);
                if (subscription instanceof Buffer) {
                    leave(subscription);
                }
            }
        }
        next = FeedPosition.at(compactRevision);
        through = compactRevision - 1;
    }

    private void endAll(WatchEnd end) {
        lock.lock();
        try {
            for (Subscription subscription : new LinkedHashSet<>(index.all())) {
                subscription.end(end);
                leave(subscription);
            }
            next = FeedPosition.at(reached.get() + 1);
        } finally {
            lock.unlock();
        }
    }

    /** Ends all watches and opens no more: the node stops. Returns at once. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        endAll(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN));
        LockSupport.unpark(reader);
    }

    /** Whether the node stops. */
    public boolean isClosed() {
        return closed;
    }

    long through() {
        return through;
    }

    public WatchLimits limits() {
        return limits;
    }

    public WatchCounts counts() {
        return counts;
    }

    /** Streams and waits that are open. */
    public int openCount() {
        return open.get();
    }

    /** Streams that are read so slowly that more than half of their room is full. Looks at each: for whoever measures. */
    public int laggingCount() {
        lock.lock();
        try {
            int count = 0;
            for (Subscription subscription : index.all()) {
                if (subscription instanceof Buffer buffer && buffer.isLagging()) {
                    count++;
                }
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of keys and values that wait in buffers. */
    public long bufferedBytes() {
        return bufferedBytes.get();
    }

    /** For tests: see {@link SubscriptionIndex#visited}. */
    long visited() {
        lock.lock();
        try {
            return index.visited();
        } finally {
            lock.unlock();
        }
    }

    /** For tests. */
    long pagesRead() {
        return pages.sum();
    }
}
