package io.canvass.kv.store;

/** A read asks for history that is gone. It was there and will not return. */
public final class RevisionCompactedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long revision;
    private final long compactRevision;

    RevisionCompactedException(long revision, long compactRevision) {
        super("Revision " + revision + " was compacted; the history begins at revision " + compactRevision
                + ". Nothing was read. Read at that revision or a later one.");
        this.revision = revision;
        this.compactRevision = compactRevision;
    }

    /** What was asked for. */
    public long revision() {
        return revision;
    }

    /** The oldest revision that can still be read. */
    public long compactRevision() {
        return compactRevision;
    }
}
