package io.canvass.raft.storage;

/** The log, or what is stored beside it, is damaged. */
public final class DamagedLogException extends StorageException implements Damage {
    private static final long serialVersionUID = 1L;

    DamagedLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
