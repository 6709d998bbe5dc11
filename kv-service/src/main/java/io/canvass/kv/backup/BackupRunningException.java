package io.canvass.kv.backup;

/** Another snapshot is made or checked on this node; nothing was begun. */
public final class BackupRunningException extends Exception {
    private static final long serialVersionUID = 1L;

    BackupRunningException(String message) {
        super(message);
    }
}
