package io.canvass.kv.backup;

/**
 * What was given is no sound snapshot. The message says what is broken, and where, as a clause. Checked, so that
 * whoever reads one says what becomes of what it has read so far.
 */
public final class InvalidSnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSnapshotException(String message) {
        super(message);
    }

    InvalidSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What is broken, as a clause. */
    public String what() {
        return String.valueOf(getMessage());
    }
}
