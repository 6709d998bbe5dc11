package io.canvass.kv.api.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.api.http.EntityTags;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Ticket;
import org.jspecify.annotations.Nullable;

/** Why a lock or an election was not taken or released. */
final class QueueProblems {
    /** Nobody is kept away longer: who holds it may be done before. */
    private static final long MAX_RETRY_SECONDS = 30;

    private QueueProblems() {}

    /** @param left milliseconds that leases have left, where it is known */
    static Problem held(QueueKind kind, Optional<Ticket> holder, Map<Long, Long> left, String why) {
        Problem problem = Problem.of(ProblemType.LOCK_HELD, why + " Nothing was taken. Ask again after Retry-After, or wait in"
                + " the queue with ?wait=30s.");
        return holder.map(ticket -> problem
                        .withHeader("Retry-After", Long.toString(retrySeconds(left.get(ticket.getLease()))))
                        .withMembers(json -> QueueJson.holder(json, kind, ticket, left)))
                .orElseGet(() -> problem.withHeader("Retry-After", "1"));
    }

    private static long retrySeconds(@Nullable Long leftMillis) {
        return leftMillis == null
                ? 1
                : Math.clamp(Math.ceilDiv(leftMillis, Duration.ofSeconds(1).toMillis()), 1, MAX_RETRY_SECONDS);
    }

    static Problem full(QueueKind kind, Refused refused, Map<Long, Long> left) {
        return Problem.of(ProblemType.QUEUE_FULL, "As many wait for the " + kind.noun() + " as may: " + refused.getActual()
                        + ". Nothing was done. Ask again later.")
                .withHeader("Retry-After", "1")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", refused.getLimit());
                    json.writeNumberProperty("actual", refused.getActual());
                    QueueJson.holder(json, kind, refused.getHolder(), left);
                });
    }

    static Problem tooManyWait(int limit) {
        return Problem.of(ProblemType.OVERLOADED, limit + " requests wait for locks and elections on this node, which is as many"
                + " as may (kv.lock.max-waiting). Nothing was done. Ask again without wait, later, or on another node.")
                .ofLimit("kv.lock.max-waiting");
    }

    /** Whoever claimed it may be in the queue. */
    static Problem standingUnknown(QueueKind kind, String why) {
        return Problem.of(ProblemType.OUTCOME_UNKNOWN, "The " + kind.claimant() + " took a place in the queue of the "
                        + kind.noun() + "; what became of it is not known. " + why + " Send the request again: the same "
                        + kind.claimant() + " goes on in its place. Otherwise the place ends with its lease.")
                .whenRepeated(Problem.Repeat.SAFE);
    }

    static Problem draining(QueueKind kind) {
        return Problem.of(ProblemType.DRAINING, "This node is stopping, and nobody waits for a " + kind.noun()
                + " here any more. The place in the queue was given up. Send the request to another node.");
    }

    static Problem tokenRequired(QueueKind kind) {
        return Problem.of(ProblemType.PRECONDITION_REQUIRED, "A " + kind.noun() + " is released by its token. Nothing was"
                + " released. Send If-Match: \"1045\", with the token that taking it gave, quotes included.");
    }

    static Problem notHolder(QueueKind kind, Ticket holder, Map<Long, Long> left) {
        return Problem.of(ProblemType.PRECONDITION_FAILED, "The token is not, or no longer, in the queue of the " + kind.noun()
                        + ", which somebody else holds. Nothing was released. If it was yours, you lost it: do nothing more"
                        + " in its name.")
                .withHeader("ETag", EntityTags.format(holder.getToken()))
                .withMembers(json -> QueueJson.holder(json, kind, holder, left));
    }

    static Problem nobody(QueueKind kind) {
        return Problem.of(ProblemType.LOCK_NOT_FOUND, "Nobody holds the " + kind.noun() + ", and nobody waits for it. Take it by"
                + " PUT.");
    }
}
