package io.canvass.kv.watch;

/**
 * Bounds of all watches of a node; all above zero.
 *
 * @param maxStreams streams and waits open at once
 * @param bufferBytes keys and values that wait for one stream: with so many, it takes no further revision
 * @param bufferRevisions the same in revisions, or parts of them
 * @param totalBytes keys and values that wait for all streams together; what several wait for counts once
 */
public record WatchLimits(int maxStreams, long bufferBytes, int bufferRevisions, long totalBytes) {
    /** One event: a revision that is larger comes in parts. */
    public static final long EVENT_BYTES = 4L << 20;

    /** The same in changes. */
    public static final int EVENT_CHANGES = 10_000;

    public WatchLimits {
        if (maxStreams < 1 || bufferBytes < 1 || bufferRevisions < 1 || totalBytes < 1) {
            throw new IllegalArgumentException("All bounds must be above zero: " + maxStreams + " streams, "
                    + bufferBytes + " bytes and " + bufferRevisions + " revisions each, " + totalBytes + " bytes in all");
        }
    }
}
