package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a lock protects, outside of the cluster: remembers the highest token it has seen, and refuses lower ones. It
 * also sees whether somebody was given the lock while another one had it for sure. Thread-safe.
 */
final class FencedResource {
    private long highest;
    private String owner = "";
    /** Until then the owner has the lock, by {@link System#nanoTime}. */
    private long heldUntilNanos = System.nanoTime();

    private long accepted;
    private long refused;
    private final List<String> violations = new ArrayList<>();

    /**
     * Whether the write was let through. Two owners with one token would be two holders at once, and so would be an
     * owner with a new token before the time of the last one is over.
     *
     * @param untilNanos how long the writer has the lock for sure, by {@link System#nanoTime}; may have passed
     */
    synchronized boolean write(long token, String writer, long untilNanos) {
        if (token < highest) {
            refused++;
            return false;
        }
        if (token == highest && !writer.equals(owner)) {
            violations.add(writer + " and " + owner + " both have token " + token);
        }
        long leftNanos = heldUntilNanos - System.nanoTime();
        if (token > highest && leftNanos > 0) {
            violations.add(writer + " has token " + token + ", but " + owner + " had token " + highest + " for another "
                    + TimeUnit.NANOSECONDS.toMillis(leftNanos) + " ms");
        }
        highest = token;
        owner = writer;
        heldUntilNanos = untilNanos;
        accepted++;
        return true;
    }

    /** The holder of this token is about to give it back. */
    synchronized void release(long token) {
        if (token == highest) {
            heldUntilNanos = System.nanoTime();
        }
    }

    synchronized long accepted() {
        return accepted;
    }

    synchronized long refused() {
        return refused;
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
