package io.canvass.raft.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;

/** Counts what is appended, and tells when the log has grown enough to begin later, and where. For one thread. */
final class Compaction {
    private static final long MARK_EVERY_BYTES = 1 << 20;
    private static final long MARK_EVERY_ENTRIES = 1000;
    private static final long MARKS_AT_START = 256;

    /** @param bytesBefore of all entries counted before this index */
    private record Mark(long index, long bytesBefore) {}

    private final LogPolicy policy;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long lastIndex;
    private long bytes;
    private long bytesAtLast;
    private long indexAtLast;
    private boolean underWay;

    /**
     * Goes on where the process before ended: what a log has beyond what is kept counts from the start on. Else one that is
     * started often enough would grow for ever.
     *
     * @param base the log begins behind it
     * @param bytesThere of all its entries, roughly; they are taken to be of one size
     */
    Compaction(LogPolicy policy, long base, long lastIndex, long bytesThere) {
        this.policy = policy;
        this.lastIndex = lastIndex;
        this.bytes = lastIndex > base ? bytesThere : 0;
        this.indexAtLast = Math.min(lastIndex, base + policy.keptEntries());
        this.bytesAtLast = Math.min(bytes, policy.keptBytes());
        long entries = lastIndex - base;
        long step = Math.max(1, entries / MARKS_AT_START);
        for (long counted = 0; counted < entries; counted += step) {
            marks.addLast(new Mark(base + counted, (long) ((double) bytes * counted / entries)));
        }
        marks.addLast(new Mark(lastIndex, bytes));
    }

    void wrote(Effect.LogWrite write) {
        for (Entry entry : write.entries()) {
            bytes += entry.sizeBytes();
            lastIndex = entry.index();
            Mark newest = marks.getLast();
            if (bytes - newest.bytesBefore() >= MARK_EVERY_BYTES
                    || lastIndex - newest.index() >= MARK_EVERY_ENTRIES) {
                marks.addLast(new Mark(lastIndex, bytes));
            }
        }
    }

    /** Whether the state is to be made durable now, so that the log may begin later. Once for each time. */
    boolean isDue() {
        boolean due = !underWay
                && (bytes - bytesAtLast >= policy.everyBytes() || lastIndex - indexAtLast >= policy.everyEntries());
        underWay |= due;
        return due;
    }

    /**
     * @param upTo what may go
     * @param must what has to
     */
    record Where(long upTo, long must) {}

    /** The state is durable up to this index. */
    Optional<Where> flushed(long index) {
        underWay = false;
        bytesAtLast = bytes;
        indexAtLast = lastIndex;
        long upTo = Math.min(index, keeping(policy.keptBytes(), policy.keptEntries()));
        long must = Math.min(upTo, keeping(policy.heldBytes(), policy.heldEntries()));
        while (marks.size() > 1 && marks.getFirst().index() < must) {
            marks.removeFirst();
        }
        return upTo > 0 ? Optional.of(new Where(upTo, must)) : Optional.empty();
    }

    /** The last index that can go if so much is to stay: by whichever of the two bounds keeps less. */
    private long keeping(long keptBytes, long keptEntries) {
        long byEntries = lastIndex - keptEntries;
        long byBytes = 0;
        for (Mark mark : marks) {
            if (bytes - mark.bytesBefore() < keptBytes) {
                break;
            }
            byBytes = mark.index();
        }
        return Math.max(0, Math.max(byEntries, byBytes));
    }
}
