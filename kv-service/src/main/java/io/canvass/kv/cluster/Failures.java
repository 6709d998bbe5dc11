package io.canvass.kv.cluster;

import java.util.concurrent.CompletionException;

/** What a future's failure says. */
final class Failures {
    private Failures() {}

    /** The failure itself, without the wrapping of a dependent future. */
    static Throwable causeOf(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** What a replica that has stopped answers with: it does for a shutdown, and when its data is damaged. */
    static ReplicationException.Reason ofStopped(RaftAccess raft) {
        return raft.status().damaged() ? ReplicationException.Reason.DAMAGED : ReplicationException.Reason.DRAINING;
    }

    static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
