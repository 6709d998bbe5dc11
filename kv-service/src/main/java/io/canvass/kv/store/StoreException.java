package io.canvass.kv.store;

/**
 * The state store cannot do what was asked. The message is a sentence for the operator: what happened, to what, what was not
 * done, what to do now.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
