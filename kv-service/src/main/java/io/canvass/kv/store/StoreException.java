package io.canvass.kv.store;

/**
 * The state store cannot do what was asked. The message is a sentence for the operator: what happened, to what, what
 * was not done, what to do now.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What helps where the files of the store are of no use any more. */
    static final String REMEDY = " Remove this node's data and let it join again, or restore a backup.";

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param what a clause */
    static StoreException damaged(String what) {
        return new StoreException("The state store is damaged: " + what + "." + REMEDY);
    }
}
