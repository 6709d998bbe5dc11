package io.canvass.kv.api.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.KeySpan;
import io.canvass.raft.core.Bytes;

/**
 * Which keys a query names: those with a prefix, or from a start, inclusive, to an end, exclusive. Each may be given as
 * text or, with {@code 64} behind its name, as base64url of its bytes.
 */
public final class KeySpans {
    /** The keys that begin so, as text. */
    public static final String PREFIX = "prefix";
    /** The keys that begin so, as base64url. */
    public static final String PREFIX_64 = "prefix64";
    /** The first key, as text. */
    public static final String START = "start";
    static final String START_64 = "start64";
    /** The key behind the last one, as text. */
    public static final String END = "end";
    static final String END_64 = "end64";
    /** All query parameters that are read here, for endpoints to name among those they know. */
    public static final List<String> PARAMETERS = List.of(PREFIX, PREFIX_64, START, START_64, END, END_64);

    private KeySpans() {}

    /**
     * All keys if nothing is said.
     *
     * @throws ProblemException 400 {@code invalid-request}
     */
    public static KeySpan of(QueryParameters query, int maxKeyBytes) {
        Optional<Bytes> prefix = bytes(query, PREFIX, maxKeyBytes);
        // One byte more: behind the longest key there is still a place.
        Optional<Bytes> start = bytes(query, START, maxKeyBytes + 1);
        Optional<Bytes> end = bytes(query, END, maxKeyBytes + 1);
        if (prefix.isPresent()) {
            query.requireAbsent("a prefix says already where the range starts and ends", START, START_64, END, END_64);
            return KeySpan.prefix(prefix.get());
        }
        Bytes from = start.orElse(Bytes.EMPTY);
        if (end.isEmpty()) {
            return KeySpan.from(from);
        }
        if (end.get().size() == 0) {
            throw QueryParameters.invalid("The end of the range is empty, and no key is below it. Leave it out for a"
                    + " range to the end of all keys.");
        }
        if (Arrays.compareUnsigned(from.array(), end.get().array()) > 0) {
            throw QueryParameters.invalid("The range's start is behind its end, in the order of unsigned bytes.");
        }
        return KeySpan.between(from, end.get());
    }

    /**
     * Bytes of a key that a query names, as text or, with {@code 64} behind the name, as base64url.
     *
     * @throws ProblemException 400 {@code invalid-request}
     */
    public static Optional<Bytes> bytes(QueryParameters query, String name, int maxBytes) {
        String name64 = name + "64";
        Optional<String> text = query.text(name);
        Optional<String> text64 = query.text(name64);
        if (text.isPresent() && text64.isPresent()) {
            throw QueryParameters.invalid("Both '" + name + "' and '" + name64 + "' are given.");
        }
        String given = text.isPresent() ? name : name64;
        Optional<Bytes> bytes = text.isPresent()
                ? text.map(Bytes::ofUtf8)
                : text64.map(spelt -> Base64Url.decode(spelt).orElseThrow(() -> QueryParameters.invalid(
                        "The query parameter '" + name64 + "' is not base64url (RFC 4648, section 5).")));
        if (bytes.isPresent() && bytes.get().size() > maxBytes) {
            throw QueryParameters.invalid("The query parameter '" + given + "' is " + bytes.get().size()
                    + " bytes long, at most " + maxBytes + " are allowed.");
        }
        return bytes;
    }
}
