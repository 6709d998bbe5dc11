package io.canvass.kv.security;

/** A request that was refused for who it came from. Nothing was done. The message is a sentence for the caller, without secrets. */
public final class DeniedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Why why;

    public DeniedException(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }

    /** What would help. */
    public enum Why {
        /** Another token or certificate. */
        UNAUTHENTICATED,
        /** Another right. */
        FORBIDDEN
    }
}
