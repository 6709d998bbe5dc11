package io.canvass.kv.watch;

import java.util.concurrent.atomic.LongAdder;

/** What became of watches so far. Thread-safe. */
public final class WatchCounts {
    private final LongAdder events = new LongAdder();
    private final LongAdder lagging = new LongAdder();
    private final LongAdder compacted = new LongAdder();
    private final LongAdder goodbyes = new LongAdder();
    private final LongAdder refused = new LongAdder();

    WatchCounts() {}

    void event() {
        events.increment();
    }

    void overflowed() {
        lagging.increment();
    }

    void refused() {
        refused.increment();
    }

    void ended(WatchEnd end) {
        switch (end) {
            // Counted when it happened: a stream that is not read may never come to say so.
            case WatchEnd.Lagging lag -> {}
            case WatchEnd.Compacted gap -> compacted.increment();
            case WatchEnd.Goodbye goodbye -> goodbyes.increment();
        }
    }

    /** Revisions that streams have taken. */
    public long events() {
        return events.sum();
    }

    /** Streams that were read too slowly. */
    public long laggingEnds() {
        return lagging.sum();
    }

    /** Streams that ended because what they would have shown next was gone. */
    public long compactedEnds() {
        return compacted.sum();
    }

    /** Streams that the node ended when it stopped, or could not read its state. */
    public long goodbyeEnds() {
        return goodbyes.sum();
    }

    /** Watches and waits that were not opened because too many were. */
    public long refusals() {
        return refused.sum();
    }
}
