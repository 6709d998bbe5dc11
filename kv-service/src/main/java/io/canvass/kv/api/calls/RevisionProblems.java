package io.canvass.kv.api.calls;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.store.RevisionInFutureException;

/** Reads of a revision that the store does not have any more, or not yet. */
public final class RevisionProblems {
    private RevisionProblems() {}

    /** 410 {@code revision-compacted}, with the revision that history begins at. */
    public static Problem of(RevisionCompactedException e) {
        return Problem.of(ProblemType.REVISION_COMPACTED, String.valueOf(e.getMessage()))
                .withMembers(json -> json.writeNumberProperty("compactRevision", e.compactRevision()));
    }

    /** 400 {@code revision-in-future}. */
    public static Problem of(RevisionInFutureException e) {
        return Problem.of(
                ProblemType.REVISION_IN_FUTURE,
                e.getMessage() + " Name a revision that an answer gave; to wait for one, say min-revision.");
    }
}
