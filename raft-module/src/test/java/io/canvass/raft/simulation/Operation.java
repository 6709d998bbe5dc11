package io.canvass.raft.simulation;

import java.util.Optional;

/**
 * What a client asked of one key, and what it was told.
 *
 * @param invoked when it asked, in a total order of all that clients did and heard
 * @param returned when it was told the outcome; {@link #NEVER} if it never was: then it may have happened at any time since, or not
 * @param value what is to be written; what was read, for a read
 * @param expected for {@link Kind#COMPARE_AND_SET}, what the key must hold
 * @param succeeded whether a compare-and-set that returned found it so
 */
record Operation(
        String key,
        Kind kind,
        long invoked,
        long returned,
        Optional<String> value,
        Optional<String> expected,
        boolean succeeded) {
    static final long NEVER = Long.MAX_VALUE;

    enum Kind {
        READ,
        WRITE,
        COMPARE_AND_SET
    }

    boolean isPending() {
        return returned == NEVER;
    }
}
