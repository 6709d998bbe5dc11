package io.canvass.kv.backup;

import io.canvass.kv.store.Commands;

/**
 * How far the revision is raised when a cluster begins again. Clients may hold ETags of writes that are lost: none of
 * those revisions may be given a second time, to another value.
 */
public final class Revisions {
    /** More writes than a cluster makes between two backups: at 10,000 a second, those of 27 hours. */
    public static final long DEFAULT_RAISE = 1_000_000_000L;

    /** The largest number that every reader of JSON keeps exact. */
    private static final long MAX_REVISION = 1L << 53;

    private Revisions() {}

    /**
     * @param revision the highest that the store can have by now
     * @throws IllegalArgumentException if it cannot be raised so far; the message is a sentence
     */
    static void requireRoom(long revision, long raise) {
        if (raise < 1 || raise > Commands.MAX_REVISION_RAISE) {
            throw new IllegalArgumentException("The revision can be raised by 1 to " + Commands.MAX_REVISION_RAISE
                    + ", not by " + raise + ".");
        }
        if (revision > MAX_REVISION - raise) {
            throw new IllegalArgumentException("Revision " + revision + " raised by " + raise + " would be above "
                    + MAX_REVISION + ", the highest that all clients can read. Raise it by less.");
        }
    }
}
