package io.canvass.kv.api.calls;

import java.time.Duration;
import java.util.OptionalLong;

import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.cluster.Replication.Staleness;

/** What is told of a local read's age, and the refusal of one that would be too old. */
final class Stalenesses {
    static final String HEADER = "Kv-Staleness";

    private Stalenesses() {}

    /** {@code contact=41ms, lag=0}; {@code contact=never} and {@code lag=unknown} on a node that has just started. */
    static String format(Staleness staleness) {
        return "contact=" + contact(staleness) + ", lag=" + lag(staleness);
    }

    /** @throws ProblemException 503 {@code too-stale} */
    static void requireWithin(ReadTerms terms, Staleness staleness) {
        if (terms.maxStaleness().isPresent()) {
            Duration most = terms.maxStaleness().get();
            OptionalLong contact = staleness.contactMillis();
            if (contact.isEmpty() || contact.getAsLong() > most.toMillis()) {
                throw tooStale("This node " + heard(contact) + "; " + ReadTerms.MAX_STALENESS + " allows "
                        + Durations.format(most) + ".", staleness);
            }
        }
        if (terms.maxLag().isPresent()) {
            long most = terms.maxLag().getAsLong();
            OptionalLong lag = staleness.lag();
            if (lag.isEmpty() || lag.getAsLong() > most) {
                throw tooStale(
                        "This node " + missing(lag) + "; " + ReadTerms.MAX_LAG + " allows " + most + ".", staleness);
            }
        }
    }

    /** A wait for a revision that did not come. */
    static ProblemException behind(ReadTerms terms, String node) {
        return Problem.of(ProblemType.TOO_STALE, node + " has not come to revision " + terms.minRevision()
                + " within " + Durations.format(terms.timeout()) + ". Nothing was read. Send the request again, or to"
                + " another node; if no answer ever gave that revision, name another one.")
                .asException();
    }

    private static ProblemException tooStale(String why, Staleness staleness) {
        return Problem.of(ProblemType.TOO_STALE, why + " Nothing was read. Ask another node, allow more, or read with"
                        + " consistency=linearizable.")
                .withHeader(HEADER, format(staleness))
                .asException();
    }

    private static String heard(OptionalLong contact) {
        return contact.isEmpty()
                ? "has not heard a leader since it started"
                : "heard its leader " + contact.getAsLong() + " ms ago";
    }

    private static String missing(OptionalLong lag) {
        return lag.isEmpty()
                ? "does not know yet how far it is behind"
                : "lacks " + lag.getAsLong() + " entries";
    }

    private static String contact(Staleness staleness) {
        OptionalLong contact = staleness.contactMillis();
        return contact.isEmpty() ? "never" : contact.getAsLong() + "ms";
    }

    private static String lag(Staleness staleness) {
        OptionalLong lag = staleness.lag();
        return lag.isEmpty() ? "unknown" : Long.toString(lag.getAsLong());
    }
}
