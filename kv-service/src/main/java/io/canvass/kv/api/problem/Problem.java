package io.canvass.kv.api.problem;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.JsonGenerator;

/**
 * One error to answer with: an occurrence of a {@link ProblemType}.
 *
 * @param reference the {@code type} member
 * @param title the {@code title} member
 * @param detail sentences for a person: what happened, to what, what was not done, what to do now
 * @param outcome what became of the write; not told to reads
 * @param headers beside those that every problem has
 * @param members writes the members that only this type has
 * @param limit the limit that was met, for the metric: a property, or the type; empty if it is about none
 */
public record Problem(
        String reference,
        int status,
        String title,
        String detail,
        ProblemType.Outcome outcome,
        boolean retryable,
        List<Header> headers,
        Members members,
        String limit) {

    public Problem {
        headers = List.copyOf(headers);
    }

    /** A problem with its type's status, outcome and word on repetition, without headers or members of its own. */
    public static Problem of(ProblemType type, String detail) {
        return new Problem(
                type.reference(), type.status(), type.title(), detail, type.outcome(), type.retryable(), List.of(),
                json -> {}, type.isLimit() ? type.slug() : "");
    }

    /**
     * A status that no type of ours describes: {@code about:blank}, whose title is the status's own (RFC 9457, section
     * 4.2.1).
     */
    static Problem ofStatus(int status, String reason, String detail) {
        ProblemType.Outcome outcome = status < 500 ? ProblemType.Outcome.NOT_APPLIED : ProblemType.Outcome.UNKNOWN;
        return new Problem("about:blank", status, reason, detail, outcome, false, List.of(), json -> {}, "");
    }

    /** The same with one more header. */
    public Problem withHeader(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new Problem(reference, status, title, detail, outcome, retryable, more, members, limit);
    }

    /** The same with these members, in place of those it had. */
    public Problem withMembers(Members added) {
        return new Problem(reference, status, title, detail, outcome, retryable, headers, added, limit);
    }

    /**
     * The same, counted as a refusal by a limit.
     *
     * @param property the setting that bounds it
     */
    public Problem ofLimit(String property) {
        return new Problem(reference, status, title, detail, outcome, retryable, headers, members, property);
    }

    /** The same, {@code retryable} only if a repetition does no harm. */
    public Problem whenRepeated(Repeat repeat) {
        return new Problem(reference, status, title, detail, outcome, repeat == Repeat.SAFE, headers, members, limit);
    }

    /** To be thrown where the request ends. */
    public ProblemException asException() {
        return new ProblemException(this);
    }

    /** A header of the answer. */
    public record Header(String name, String value) {}

    /** Whether the very same request may be sent again. */
    public enum Repeat {
        SAFE,
        UNSAFE
    }

    /** Writes members into the problem's object, which is open. */
    @FunctionalInterface
    public interface Members {
        void write(JsonGenerator json);
    }
}
