package io.canvass.raft.transport;

import java.util.random.RandomGenerator;

/**
 * Waits between attempts to reach a peer: each drawn from the upper half of a bound that doubles, so that peers that
 * lost each other together do not dial together. Short at its longest too: an election waits for it. For one thread.
 */
final class Backoff {
    static final long MIN_NANOS = 50_000_000;
    static final long MAX_NANOS = 1_000_000_000;

    private final RandomGenerator random;
    private long boundNanos = MIN_NANOS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    long nextNanos() {
        long bound = boundNanos;
        boundNanos = Math.min(MAX_NANOS, bound * 2);
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    void reset() {
        boundNanos = MIN_NANOS;
    }
}
