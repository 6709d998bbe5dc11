package io.canvass.kv.store;

/**
 * The state store cannot do what was asked. The message is a sentence for the operator: what happened, to what, what
 * was not done, what to do now.
 */
public sealed class StoreException extends RuntimeException permits DamagedStateException {
    private static final long serialVersionUID = 1L;

    /** What helps where the files of the store are of no use any more. */
    static final String REMEDY = " Stop this node, if it runs, and run kvctl heal on its data directory: the state is then"
            + " built anew from the log or from a peer.";

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param what a clause */
    static DamagedStateException damaged(String what) {
        return new DamagedStateException("The state store is damaged: " + what + "." + REMEDY);
    }
}
