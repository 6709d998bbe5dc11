package io.canvass.kv.api.http;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Revisions;
import jakarta.servlet.http.HttpServletRequest;

/**
 * What a request's {@code If-Match} or {@code If-None-Match} asks of the key. For a write it travels inside the command
 * and is judged in apply, never here: between a look and the write, another write may come.
 */
public sealed interface Condition {
    /** No condition. */
    record None() implements Condition {}

    /** {@code If-Match: *} */
    record MustExist() implements Condition {}

    /** {@code If-None-Match: *} */
    record MustNotExist() implements Condition {}

    /** {@code If-Match} with a list, compared strongly: weak and foreign tags never match, and are left out. */
    record AnyOf(List<Long> revisions) implements Condition {
        public AnyOf {
            revisions = List.copyOf(revisions);
        }
    }

    /** {@code If-None-Match} with a list, compared weakly: foreign tags never match, and are left out. */
    record NoneOf(List<Long> revisions) implements Condition {
        public NoneOf {
            revisions = List.copyOf(revisions);
        }
    }

    /** @throws ProblemException 400 {@code invalid-request} if a header is malformed or both are there */
    static Condition of(HttpServletRequest request) {
        Optional<EntityTags> match = header(request, "If-Match");
        Optional<EntityTags> noneMatch = header(request, "If-None-Match");
        if (match.isPresent() && noneMatch.isPresent()) {
            throw QueryParameters.invalid("The request has both If-Match and If-None-Match; only one of them may be"
                    + " given.");
        }
        if (match.isPresent()) {
            return switch (match.get()) {
                case EntityTags.Any any -> new MustExist();
                case EntityTags.Listed list -> new AnyOf(list.tags().stream()
                        .filter(tag -> !tag.weak())
                        .flatMap(tag -> tag.revision().stream().boxed())
                        .toList());
            };
        }
        if (noneMatch.isPresent()) {
            return switch (noneMatch.get()) {
                case EntityTags.Any any -> new MustNotExist();
                case EntityTags.Listed list -> new NoneOf(
                        list.tags().stream().flatMap(tag -> tag.revision().stream().boxed()).toList());
            };
        }
        return new None();
    }

    /** The condition as the log carries it. */
    default Precondition toPrecondition() {
        return switch (this) {
            case None none -> Precondition.getDefaultInstance();
            case MustExist must -> Precondition.newBuilder().setMustExist(true).build();
            case MustNotExist must -> Precondition.newBuilder().setMustNotExist(true).build();
            case AnyOf any -> Precondition.newBuilder().setAnyOf(revisions(any.revisions())).build();
            case NoneOf none -> Precondition.newBuilder().setNoneOf(revisions(none.revisions())).build();
        };
    }

    /** Whether it holds for a read that found the key at this revision, or, empty, no key. */
    default boolean holds(OptionalLong modRevision) {
        return switch (this) {
            case None none -> true;
            case MustExist must -> modRevision.isPresent();
            case MustNotExist must -> modRevision.isEmpty();
            case AnyOf any -> modRevision.isPresent() && any.revisions().contains(modRevision.getAsLong());
            case NoneOf none -> modRevision.isEmpty() || !none.revisions().contains(modRevision.getAsLong());
        };
    }

    /**
     * Whether the same write may be sent again when it is not known if it happened: it cannot happen twice in a row.
     */
    default Problem.Repeat repeat() {
        return switch (this) {
            case AnyOf any -> Problem.Repeat.SAFE;
            case MustNotExist must -> Problem.Repeat.SAFE;
            case None none -> Problem.Repeat.UNSAFE;
            case MustExist must -> Problem.Repeat.UNSAFE;
            case NoneOf none -> Problem.Repeat.UNSAFE;
        };
    }

    private static Optional<EntityTags> header(HttpServletRequest request, String name) {
        if (request.getHeader(name) == null) {
            return Optional.empty();
        }
        return Optional.of(EntityTags.parse(name, String.join(",", Collections.list(request.getHeaders(name)))));
    }

    private static Revisions revisions(List<Long> revisions) {
        return Revisions.newBuilder().addAllModRevision(revisions).build();
    }
}
