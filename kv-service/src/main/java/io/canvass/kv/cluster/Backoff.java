package io.canvass.kv.cluster;

import java.util.concurrent.TimeUnit;

/** How long to wait before the next try: twice as long each time, up to a bound. Not thread-safe. */
final class Backoff {
    static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private long nextNanos = FIRST_NANOS;

    long nextNanos() {
        long nanos = nextNanos;
        nextNanos = Math.min(2 * nanos, LAST_NANOS);
        return nanos;
    }
}
