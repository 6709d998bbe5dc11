package io.canvass.raft.core;

/**
 * One entry of the replicated log.
 *
 * @param index its place, from 1
 * @param epoch the epoch of the leader that made it; 0 only for the entry that bootstraps a cluster
 * @param timestampMillis the leader's wall clock when it made the entry, in milliseconds since 1970; not monotonic. All
 *     that apply may know of time
 * @param data opaque to consensus but for {@link EntryKind#CONFIGURATION}
 */
public record Entry(long index, long epoch, EntryKind kind, long timestampMillis, Bytes data) {
    /** Bytes that an entry is counted with, beside its data, wherever entries are bounded in bytes. */
    public static final int OVERHEAD_BYTES = 32;

    public Entry {
        if (index < 1 || epoch < 0) {
            throw new IllegalArgumentException("No such entry: index " + index + ", epoch " + epoch);
        }
    }

    /** What this entry counts for in bounds given in bytes. */
    public int sizeBytes() {
        return data.size() + OVERHEAD_BYTES;
    }
}
