package io.canvass.raft.core;

/**
 * A place in a log, ordered by epoch first: the order of "at least as up to date" (Raft dissertation, section 3.6.1).
 */
public record LogPosition(long epoch, long index) implements Comparable<LogPosition> {
    public static final LogPosition ZERO = new LogPosition(0, 0);

    public boolean isUpToDateWith(LogPosition other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(LogPosition other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(index, other.index);
    }

    @Override
    public String toString() {
        return index + "@" + epoch;
    }
}
