package io.canvass.kv.cluster;

/** Hears of each synced write of the Raft store, on the thread that writes: must be quick, must not throw. */
@FunctionalInterface
public interface FsyncListener {
    /**
     * @param nanos how long the write and its sync took together
     * @param writes how many writes it joined
     */
    void fsyncTook(long nanos, int writes);
}
