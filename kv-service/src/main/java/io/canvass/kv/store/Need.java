package io.canvass.kv.store;

import java.util.List;
import java.util.stream.Collectors;

import io.canvass.raft.core.Bytes;

/**
 * A right, and where somebody must have it. One on a range is needed on all of it, by one grant.
 *
 * @param anyOf one of them is enough
 * @param span keys or names
 * @param isSomewhere whether any grant of the right will do, wherever: of what is on no key and yet not for everybody
 */
public record Need(List<Right> anyOf, KeySpan span, boolean isSomewhere) {
    /** Of who works with leases: whose a lease is, is judged where it is known. */
    static final Need LEASES = of(Right.WRITE, Right.LOCK);

    private static final int SHOWN_CHARACTERS = 80;

    public Need {
        anyOf = List.copyOf(anyOf);
    }

    /** On one key or name. */
    public static Need on(Right right, Bytes name) {
        return on(right, KeySpan.only(name));
    }

    /** On all keys of a range. */
    public static Need on(Right right, KeySpan span) {
        return new Need(List.of(right), span, false);
    }

    /** A right that is on no key, or one on keys wherever that may be; of several, one is enough. */
    public static Need of(Right... anyOf) {
        return new Need(List.of(anyOf), KeySpan.ALL, true);
    }

    /** What is needed, in words for whoever was refused; says nothing of what exists. */
    public String describe() {
        String rights = anyOf.stream().map(right -> "'" + right.word() + "'").collect(Collectors.joining(" or "));
        boolean onNames = anyOf.stream().anyMatch(Right::isOnNames);
        return "the right " + rights + (!onNames ? "" : isSomewhere ? " on any prefix" : " on " + where());
    }

    private String where() {
        String noun = anyOf.contains(Right.LOCK) ? "lock" : "key";
        if (span.isOnly()) {
            return "the " + noun + " " + quoted(span.start());
        }
        if (span.end().equals(KeySpan.prefix(span.start()).end())) {
            return "all " + noun + "s" + (span.start().size() == 0 ? "" : " with the prefix " + quoted(span.start()));
        }
        return "all " + noun + "s from " + quoted(span.start())
                + span.end().map(end -> " to " + quoted(end)).orElse(" on");
    }

    /** Shortened and on one line: it is the caller's own text. */
    private static String quoted(Bytes bytes) {
        String text = bytes.toUtf8();
        StringBuilder shown = new StringBuilder("'");
        text.codePoints()
                .limit(SHOWN_CHARACTERS)
                .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return shown.append(text.codePointCount(0, text.length()) > SHOWN_CHARACTERS ? "…'" : "'").toString();
    }
}
