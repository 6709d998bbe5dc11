package io.canvass.raft.storage;

import org.jspecify.annotations.Nullable;

/**
 * Marks an exception that says: what was stored is not what comes back. Unlike a disk that fails, neither another try nor a
 * restart helps: the node has to be given its data anew (HAZARDS E11).
 */
public interface Damage {
    /** Whether a failure is damage, or was caused by it. */
    static boolean isCauseOf(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Damage) {
                return true;
            }
        }
        return false;
    }
}
