package io.canvass.kv.store;

/**
 * What the state store may take of memory and of the time of a start.
 *
 * @param blockCacheBytes native memory for blocks, indexes and filters read from disk; one cache for all column
 *     families
 * @param writeBufferBytes native memory for writes that are not flushed yet, all column families together; a flush
 *     begins when they are about full, and while it runs there may be twice as much
 * @param replayBytes a flush begins at the latest after so many bytes of log entries, so that the replay after a crash
 *     is bounded even if the entries change little or nothing
 */
public record StoreLimits(long blockCacheBytes, long writeBufferBytes, long replayBytes) {
    public static final long DEFAULT_BLOCK_CACHE_BYTES = 64L << 20;
    public static final long DEFAULT_WRITE_BUFFER_BYTES = 64L << 20;
    public static final long DEFAULT_REPLAY_BYTES = 128L << 20;

    public static final StoreLimits DEFAULT =
            new StoreLimits(DEFAULT_BLOCK_CACHE_BYTES, DEFAULT_WRITE_BUFFER_BYTES, DEFAULT_REPLAY_BYTES);

    public StoreLimits {
        if (blockCacheBytes < 1 || writeBufferBytes < 1 || replayBytes < 1) {
            throw new IllegalArgumentException("The limits of the state store must be above zero: block cache "
                    + blockCacheBytes + " bytes, write buffer " + writeBufferBytes + " bytes, replay "
                    + replayBytes + " bytes");
        }
    }
}
