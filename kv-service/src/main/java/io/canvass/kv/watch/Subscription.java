package io.canvass.kv.watch;

import java.util.List;

import io.canvass.kv.store.KvQueries.Change;

/** One whom the hub tells of changes. It is told by one thread at a time, under the hub's lock. */
abstract sealed class Subscription permits Bell, Buffer {
    private final Interest interest;
    /** Changes of earlier revisions are not for it. */
    private long from;

    Subscription(Interest interest) {
        this.interest = interest;
    }

    Interest interest() {
        return interest;
    }

    long from() {
        return from;
    }

    void beginAt(long revision) {
        from = revision;
    }

    /** Of a change that its interest includes. */
    abstract boolean wants(Change change);

    /**
     * @param changes those that it wants; never none, except after an earlier part of the revision
     * @return whether it goes on; if not, it has ended itself
     */
    abstract boolean offer(SharedRevision revision, List<Change> changes);

    /** Whether it was told a part of a revision whose last part it was not told yet. */
    abstract boolean isInPart();

    /** What it would be told next is gone. */
    abstract void missed(WatchEnd.Compacted gap);

    abstract void end(WatchEnd end);
}
