package io.canvass.raft.runtime;

/** How long proposals take from the leader's log to their commit; those of one drain are one. For the core's thread. */
final class CommitTimes {
    /** Drains with proposals that are not committed; beyond that, none is measured until some are. */
    private static final int MAX_MARKS = 1024;

    private final RaftListener listener;
    private final long[] indexes = new long[MAX_MARKS];
    private final long[] times = new long[MAX_MARKS];
    private int first;
    private int size;

    CommitTimes(RaftListener listener) {
        this.listener = listener;
    }

    /** @param lastIndex of those appended now; rises */
    void appended(long lastIndex, long nowNanos) {
        if (size < MAX_MARKS) {
            int at = (first + size) % MAX_MARKS;
            indexes[at] = lastIndex;
            times[at] = nowNanos;
            size++;
        }
    }

    void committed(long upTo, long nowNanos) {
        while (size > 0 && indexes[first] <= upTo) {
            listener.committed(nowNanos - times[first]);
            first = (first + 1) % MAX_MARKS;
            size--;
        }
    }

    /** It leads no more: what becomes of them is not its own to measure. */
    void forget() {
        size = 0;
    }
}
