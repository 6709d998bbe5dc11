package io.canvass.kv.watch;

/** A watch was not opened. */
public final class WatchRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Why why;

    WatchRefusedException(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }

    /** What stands against it. */
    public enum Why {
        TOO_MANY,
        CLOSED
    }
}
