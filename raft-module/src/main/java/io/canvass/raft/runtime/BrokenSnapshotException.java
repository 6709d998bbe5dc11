package io.canvass.raft.runtime;

/**
 * A part of a snapshot that is not what it has to be. Checked, so that whoever takes it says what becomes of the rest.
 */
final class BrokenSnapshotException extends Exception {
    BrokenSnapshotException(String message) {
        super(message);
    }

    BrokenSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
