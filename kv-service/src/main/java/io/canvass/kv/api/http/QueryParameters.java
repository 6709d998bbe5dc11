package io.canvass.kv.api.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * A query string, read strictly from the raw request: every name must be known to the path, and none may occur twice,
 * so that a misspelt {@code cosistency=local} is told and not ignored. Percent-encoding as RFC 3986 has it: {@code +}
 * is a plus, a space is {@code %20}. {@code getParameter} is never used: it would read a form body, which here is a
 * value.
 */
public final class QueryParameters {
    /** What always fits into a long; signs, blanks and other scripts' digits are no numbers here. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final long MAX_NUMBER = 999_999_999_999_999_999L;
    private static final QueryParameters NONE = new QueryParameters(Map.of());

    private final Map<String, String> values;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    /**
     * @param raw the query string as it was sent; null if there is none, as the servlet API has it
     * @param known the parameters of this path and method
     * @throws ProblemException 400 {@code invalid-request}
     */
    public static QueryParameters parse(@Nullable String raw, List<String> known) {
        if (raw == null || raw.isEmpty()) {
            return NONE;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String piece : raw.split("&", -1)) {
            int equals = piece.indexOf('=');
            String name = decode(equals < 0 ? piece : piece.substring(0, equals));
            if (!known.contains(name)) {
                throw invalid("The query parameter '" + Excerpt.of(name) + "' is not known here. Known: "
                        + (known.isEmpty() ? "none" : String.join(", ", known)) + ".");
            }
            if (equals < 0) {
                throw invalid("The query parameter '" + name + "' has no value. Write " + name + "=….");
            }
            if (values.put(name, decode(piece.substring(equals + 1))) != null) {
                throw invalid("The query parameter '" + name + "' is given more than once, so it is not clear which"
                        + " one counts.");
            }
        }
        return new QueryParameters(values);
    }

    /** Whether no parameter is given. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The parameter, decoded; empty where it is not given. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** {@code true} or {@code false}; false where it is not given. */
    public boolean flag(String name) {
        return switch (values.getOrDefault(name, "false")) {
            case "true" -> true;
            case "false" -> false;
            case String other -> throw invalid("The query parameter '" + name + "' is '" + Excerpt.of(other)
                    + "'. It can be true or false.");
        };
    }

    /** A whole number from 1 to {@code max}; {@code otherwise} where it is not given. */
    public long count(String name, long otherwise, long max) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
        if (number < 1 || number > max) {
            throw invalid("The query parameter '" + name + "' is '" + Excerpt.of(text) + "'. It can be a whole number"
                    + " from 1 to "
                    + max + ".");
        }
        return number;
    }

    /** A whole number from {@code least} on, of at most 18 digits; empty where it is not given. */
    public OptionalLong number(String name, long least) {
        String text = values.get(name);
        if (text == null) {
            return OptionalLong.empty();
        }
        long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
        if (number < least) {
            throw invalid("The query parameter '" + name + "' is '" + Excerpt.of(text) + "'. It can be a whole number"
                    + " from " + least + " to " + MAX_NUMBER + ".");
        }
        return OptionalLong.of(number);
    }

    /** @throws ProblemException 400 {@code invalid-request} if one of these is given, and why it may not be */
    public void requireAbsent(String why, String... names) {
        for (String name : names) {
            if (values.containsKey(name)) {
                throw invalid("The query parameter '" + name + "' cannot be given here: " + why + ".");
            }
        }
    }

    /** A query string with the same parameters but for this one, which has this value. */
    public String with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.remove(name);
        changed.put(name, value);
        StringBuilder query = new StringBuilder();
        changed.forEach((key, text) -> query.append(query.isEmpty() ? "" : "&")
                .append(PercentDecoding.encode(key))
                .append('=')
                .append(PercentDecoding.encode(text)));
        return query.toString();
    }

    private static String decode(String raw) {
        byte[] bytes;
        try {
            bytes = PercentDecoding.decode(raw);
        } catch (IllegalArgumentException e) {
            throw invalid("The query string is not percent-encoded correctly: " + e.getMessage() + ".");
        }
        return PercentDecoding.utf8(bytes).orElseThrow(() -> invalid("The query string is not UTF-8."));
    }

    /**
     * 400 {@code invalid-request}.
     *
     * @param what is wrong, as a sentence; that nothing was done is added
     */
    public static ProblemException invalid(String what) {
        return Problem.of(ProblemType.INVALID_REQUEST, what + " Nothing was done.").asException();
    }
}
