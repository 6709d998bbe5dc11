package io.canvass.kv.api.watch;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchRefusedException;

/** Why a stream or a wait does not begin. */
public final class WatchProblems {
    private static final String LIMIT_PROPERTY = "kv.watch.max-streams";
    /** Streams live long: sooner would only cost. */
    private static final String RETRY_AFTER_SECONDS = "5";

    private WatchProblems() {}

    /** 429 {@code too-many-watches} or, if the node is about to stop, 503 {@code draining}. */
    public static ProblemException refused(WatchHub hub, WatchRefusedException e) {
        return switch (e.why()) {
            case TOO_MANY -> Problem.of(ProblemType.TOO_MANY_WATCHES, e.getMessage()
                            + " Nothing was begun. Watch a longer prefix in place of several keys, close watches, or use"
                            + " another node; or raise " + LIMIT_PROPERTY + ".")
                    .withHeader("Retry-After", RETRY_AFTER_SECONDS)
                    .withMembers(json -> {
                        json.writeNumberProperty("limit", hub.limits().maxStreams());
                        json.writeStringProperty("property", LIMIT_PROPERTY);
                    })
                    .ofLimit(LIMIT_PROPERTY)
                    .asException();
            case CLOSED -> Problem.of(ProblemType.DRAINING, e.getMessage()
                    + " Nothing was begun. Send the request to another node.").asException();
        };
    }

    static ProblemException compacted(RevisionCompactedException e) {
        return Problem.of(ProblemType.REVISION_COMPACTED, "The changes from revision " + e.revision()
                        + " on are not kept any more; the history begins at revision " + e.compactRevision()
                        + ". Nothing was sent. Begin anew with initial=true.")
                .withMembers(json -> json.writeNumberProperty("compactRevision", e.compactRevision()))
                .asException();
    }

    static ProblemException inFuture(long revision, long storeRevision) {
        return Problem.of(ProblemType.REVISION_IN_FUTURE, "The stream would begin at revision " + revision
                        + ", but the cluster has come to revision " + storeRevision
                        + " only, so the number is not one of its own. Nothing was sent. Begin anew with initial=true,"
                        + " or at revision " + (storeRevision + 1) + " at most.")
                .withMembers(json -> json.writeNumberProperty("revision", storeRevision))
                .asException();
    }
}
