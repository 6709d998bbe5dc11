package io.canvass.kv.api.problem;

/** Quotes what a client sent inside an error's sentence, bounded and free of control characters. */
public final class Excerpt {
    private static final int MAX_LENGTH = 80;

    private Excerpt() {}

    /** At most 80 characters of the text, then an ellipsis; a control character becomes a question mark. */
    public static String of(String text) {
        StringBuilder excerpt = new StringBuilder();
        text.codePoints().limit(MAX_LENGTH).forEach(c -> excerpt.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return text.codePointCount(0, text.length()) > MAX_LENGTH ? excerpt + "…" : excerpt.toString();
    }
}
