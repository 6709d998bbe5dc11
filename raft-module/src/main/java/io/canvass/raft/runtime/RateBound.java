package io.canvass.raft.runtime;

/** Spreads bytes over time. Knows no clock: it says how long to wait. For one thread. */
public final class RateBound {
    private static final double NANOS_PER_SECOND = 1e9;

    private final long bytesPerSecond;
    private long freeAtNanos;
    private boolean begun;

    /**
     * @param bytesPerSecond 0 for no bound
     * @throws IllegalArgumentException below zero
     */
    public RateBound(long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("A rate of " + bytesPerSecond + " bytes per second; 0 is for no bound");
        }
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * How long the sender of so many bytes waits before it sends them: until those before them had their time. What
     * was not used while nothing was sent is lost, so there are no bursts.
     */
    public long waitNanos(long nowNanos, long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long begin = begun ? Math.max(nowNanos, freeAtNanos) : nowNanos;
        begun = true;
        freeAtNanos = begin + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        return begin - nowNanos;
    }
}
