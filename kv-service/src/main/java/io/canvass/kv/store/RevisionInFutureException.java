package io.canvass.kv.store;

/** A read asks for a revision that this node has not applied, and perhaps none has. */
public final class RevisionInFutureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long revision;
    private final long storeRevision;

    RevisionInFutureException(long revision, long storeRevision) {
        super("Revision " + revision + " is not there yet; this node has applied up to revision " + storeRevision
                + ". Nothing was read.");
        this.revision = revision;
        this.storeRevision = storeRevision;
    }

    /** What was asked for. */
    public long revision() {
        return revision;
    }

    /** How far this node is. */
    public long storeRevision() {
        return storeRevision;
    }
}
