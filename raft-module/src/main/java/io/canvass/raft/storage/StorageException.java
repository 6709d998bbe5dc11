package io.canvass.raft.storage;

/** The store cannot do what was asked. The message is a sentence for the operator: what happened, to what, what to do. */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
