package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

/** The newest entries of the log, in memory: what peers and apply need next. Bounded in bytes; older ones are on disk. */
final class LogTail {
    private final int maxBytes;
    private Entry[] ring = new Entry[1024];
    private long firstIndex;
    private int size;
    private long bytes;

    LogTail(int maxBytes, long nextIndex) {
        this.maxBytes = maxBytes;
        this.firstIndex = nextIndex;
    }

    long firstIndex() {
        return firstIndex;
    }

    long nextIndex() {
        return firstIndex + size;
    }

    void append(Entry entry) {
        if (entry.index() != nextIndex()) {
            throw new IllegalStateException("Entry " + entry.index() + " does not follow " + (nextIndex() - 1));
        }
        if (size == ring.length) {
            grow();
        }
        ring[slot(entry.index())] = entry;
        size++;
        bytes += entry.sizeBytes();
    }

    /** Drops everything from {@code from} on. */
    void truncate(long from) {
        while (size > 0 && nextIndex() > from) {
            int last = slot(nextIndex() - 1);
            bytes -= ring[last].sizeBytes();
            clear(last);
            size--;
        }
        if (size == 0) {
            firstIndex = Math.min(firstIndex, from);
        }
    }

    /** Lets the oldest go until the bound holds, but none above {@code keepAbove}: those are not durable or not applied yet. */
    void evict(long keepAbove) {
        while (bytes > maxBytes && firstIndex <= keepAbove) {
            int first = slot(firstIndex);
            bytes -= ring[first].sizeBytes();
            clear(first);
            firstIndex++;
            size--;
        }
    }

    /** Empty, and to be gone on with at this index. */
    void restart(long nextIndex) {
        truncate(0);
        firstIndex = nextIndex;
    }

    boolean holds(long from) {
        return from >= firstIndex && from < nextIndex();
    }

    Entry get(long index) {
        if (!holds(index)) {
            throw new IllegalStateException("Entry " + index + " is not in memory");
        }
        return ring[slot(index)];
    }

    /** Entries from {@code from} to {@code to}: at least one, then as many as fit in {@code budgetBytes}. All must be held. */
    List<Entry> slice(long from, long to, long budgetBytes) {
        List<Entry> out = new ArrayList<>((int) Math.min(to - from + 1, 4096));
        long used = 0;
        for (long index = from; index <= to; index++) {
            Entry entry = get(index);
            used += entry.sizeBytes();
            if (index > from && used > budgetBytes) {
                break;
            }
            out.add(entry);
        }
        return out;
    }

    private int slot(long index) {
        return (int) (index % ring.length);
    }

    @SuppressWarnings("NullAway") // A slot outside [firstIndex, nextIndex) is never read.
    private void clear(int slot) {
        ring[slot] = null;
    }

    private void grow() {
        Entry[] larger = new Entry[ring.length * 2];
        for (long index = firstIndex; index < nextIndex(); index++) {
            larger[(int) (index % larger.length)] = ring[slot(index)];
        }
        ring = larger;
    }
}
