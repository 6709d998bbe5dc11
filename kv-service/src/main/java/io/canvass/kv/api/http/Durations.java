package io.canvass.kv.api.http;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;

/**
 * Durations as requests and answers write them: a whole number and one of {@code ms}, {@code s}, {@code m}, {@code h} and
 * {@code d}. A bare number is refused, for it has been taken for each of these.
 */
public final class Durations {
    static final String FORM = "a whole number with its unit: ms, s, m, h or d, such as 500ms or 30s";

    /** Few enough digits that no unit overflows. */
    private static final Pattern FORMAT = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /** Empty if the text is of another form. */
    static Optional<Duration> parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        });
    }

    /**
     * A parameter's value.
     *
     * @param what names it in the refusal, such as "The query parameter 'ttl'"
     * @throws ProblemException 400 {@code invalid-request} if it is of another form or out of its bounds
     */
    public static Duration parse(String what, String text, Duration least, Duration most) {
        return parse(text)
                .filter(duration -> duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0)
                .orElseThrow(() -> QueryParameters.invalid(what + " is '" + Excerpt.of(text) + "'. It must be " + FORM
                        + ", from " + format(least) + " to " + format(most) + "."));
    }

    /** In the largest unit that leaves no rest. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes % 60 != 0) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        return hours % 24 != 0 ? hours + "h" : hours / 24 + "d";
    }
}
