package io.canvass.raft.transport;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Lets one line through per interval and counts those it held back: what flaps or floods must not fill a disk with
 * logs.
 */
final class LogLimiter {
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private boolean used;
    private long lastNanos;
    private long heldBack;

    LogLimiter(Duration interval) {
        this(interval, System::nanoTime);
    }

    LogLimiter(Duration interval, LongSupplier nanoTime) {
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
    }

    /** The number of lines held back since the last that went through; empty if this one is to be held back too. */
    synchronized OptionalLong tryPass() {
        long now = nanoTime.getAsLong();
        if (used && now - lastNanos < intervalNanos) {
            heldBack++;
            return OptionalLong.empty();
        }
        used = true;
        lastNanos = now;
        long before = heldBack;
        heldBack = 0;
        return OptionalLong.of(before);
    }
}
