package io.canvass.raft.simulation;

/** A monotonic clock of one machine against virtual time: it runs a little fast or slow, and jumps ahead when told. */
final class LocalClock {
    /** A clock that tells the truth goes at this rate. */
    static final int TRUE_PERMILLE = 1000;

    private int permille;
    private long sinceNanos;
    private long readThen;

    LocalClock(int permille) {
        this.permille = permille;
    }

    /** From now on it counts from there, as after a boot. */
    void set(long nowNanos, long reading) {
        sinceNanos = nowNanos;
        readThen = reading;
    }

    /** It goes on from what it reads, at another rate. */
    void goAt(long nowNanos, int rate) {
        set(nowNanos, read(nowNanos));
        permille = rate;
    }

    void jump(long nowNanos, long nanos) {
        set(nowNanos, read(nowNanos) + nanos);
    }

    long read(long nowNanos) {
        return readThen + (nowNanos - sinceNanos) * permille / TRUE_PERMILLE;
    }

    /** The first moment of virtual time, not before now, at which it reads at least this. */
    long whenReads(long reading, long nowNanos) {
        long left = Math.max(0, reading - readThen);
        return Math.max(nowNanos, sinceNanos + Math.ceilDiv(left * TRUE_PERMILLE, permille));
    }
}
