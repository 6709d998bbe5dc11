package io.canvass.kv.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;

/**
 * The value of {@code If-Match} or {@code If-None-Match} (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2): {@code *}, or a
 * list of entity tags. Empty list elements are ignored, as section 5.6.1.2 asks.
 */
public sealed interface EntityTags {
    /** Bounds what one request may put into the log. */
    int MAX_TAGS = 100;

    /** {@code *} */
    record Any() implements EntityTags {}

    record Listed(List<Tag> tags) implements EntityTags {
        public Listed {
            tags = List.copyOf(tags);
        }
    }

    /** @param opaque what stands between the quotes */
    record Tag(boolean weak, String opaque) {
        private static final Pattern REVISION = Pattern.compile("[1-9][0-9]{0,17}");

        /** The revision whose tag this is, if it is a tag that this service gives out. Revisions begin at 1. */
        public OptionalLong revision() {
            // Another spelling of the number, such as "042", is another opaque tag.
            return REVISION.matcher(opaque).matches()
                    ? OptionalLong.of(Long.parseLong(opaque))
                    : OptionalLong.empty();
        }
    }

    /** The strong tag of a revision, with its quotes. */
    static String format(long modRevision) {
        return "\"" + modRevision + "\"";
    }

    /**
     * @param header the header's name, for the error's sentence
     * @param text its value; several lines are joined by commas
     * @throws ProblemException 400 {@code invalid-request} if it is malformed
     */
    static EntityTags parse(String header, String text) {
        String trimmed = text.strip();
        if (trimmed.equals("*")) {
            return new Any();
        }
        List<Tag> tags = new ArrayList<>();
        int i = 0;
        while (i < trimmed.length()) {
            char c = trimmed.charAt(i);
            if (c == ',' || c == ' ' || c == '\t') {
                i++;
                continue;
            }
            boolean weak = trimmed.startsWith("W/", i);
            int open = weak ? i + 2 : i;
            int close = open < trimmed.length() && trimmed.charAt(open) == '"' ? trimmed.indexOf('"', open + 1) : -1;
            if (close < 0 || !isOpaque(trimmed, open + 1, close) || !endsElement(trimmed, close + 1)) {
                throw malformed(header, text);
            }
            tags.add(new Tag(weak, trimmed.substring(open + 1, close)));
            i = close + 1;
        }
        if (tags.isEmpty()) {
            throw malformed(header, text);
        }
        if (tags.size() > MAX_TAGS) {
            throw QueryParameters.invalid("The header " + header + " lists " + tags.size() + " tags, at most "
                    + MAX_TAGS + " are allowed.");
        }
        return new Listed(tags);
    }

    private static boolean isOpaque(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsElement(String text, int from) {
        int i = from;
        while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
            i++;
        }
        return i == text.length() || text.charAt(i) == ',';
    }

    private static ProblemException malformed(String header, String text) {
        return QueryParameters.invalid("The header " + header + " is '" + Excerpt.of(text)
                + "', which is neither * nor a list of quoted entity tags. Write it as " + header
                + ": \"42\", quotes included.");
    }
}
