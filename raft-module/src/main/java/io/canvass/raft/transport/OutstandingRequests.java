package io.canvass.raft.transport;

import java.util.Arrays;

/**
 * The correlations of requests that were sent on one stream and not answered yet, oldest first. Bounded: where a peer
 * leaves more than {@link #CAPACITY} unanswered, the oldest is forgotten, and its response would be refused. Safe for
 * any thread.
 */
final class OutstandingRequests {
    static final int CAPACITY = 1024;

    private static final int MASK = CAPACITY - 1;

    /** No request bears a negative correlation. */
    private static final long ANSWERED = -1;

    private final long[] ring = new long[CAPACITY];

    // Positions that only grow; those from oldest up to next are in use.
    private long oldest;
    private long next;

    OutstandingRequests() {
        Arrays.fill(ring, ANSWERED);
    }

    synchronized void add(long correlation) {
        if (correlation < 0) {
            throw new IllegalArgumentException("A correlation is never negative: " + correlation);
        }
        if (next - oldest == CAPACITY) {
            oldest++;
        }
        ring[slot(next)] = correlation;
        next++;
    }

    /** Whether it was outstanding; it no longer is. Answers mostly come in order, so the oldest is looked at first. */
    synchronized boolean remove(long correlation) {
        for (long at = oldest; at < next; at++) {
            if (ring[slot(at)] == correlation) {
                ring[slot(at)] = ANSWERED;
                skipAnswered();
                return true;
            }
        }
        return false;
    }

    private void skipAnswered() {
        while (oldest < next && ring[slot(oldest)] == ANSWERED) {
            oldest++;
        }
    }

    private static int slot(long position) {
        return (int) (position & MASK);
    }
}
