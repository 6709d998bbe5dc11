package io.canvass.kv.backup;

/** A snapshot announces more bytes than may be read here. Checked, as {@link InvalidSnapshotException} is. */
public final class SnapshotTooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long actualBytes;
    private final long limitBytes;

    SnapshotTooLargeException(long actualBytes, long limitBytes) {
        super("The snapshot has " + actualBytes + " bytes; at most " + limitBytes + " are read");
        this.actualBytes = actualBytes;
        this.limitBytes = limitBytes;
    }

    public long actualBytes() {
        return actualBytes;
    }

    public long limitBytes() {
        return limitBytes;
    }
}
