package io.canvass.kv.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.raft.core.Bytes;

/**
 * Which key a request's path names (KV-API.md, section 2). Works on the raw request URI, because what Tomcat and Spring
 * make of it loses information: they drop everything from a {@code ;} on, and fold {@code //} and {@code ..}.
 *
 * <ul>
 * <li>{@code /v1/kv/{key}}: percent-decoded once, so {@code %2F} names the same key as {@code /}. Proxies rewrite empty
 *     and dotted segments before they reach us, so accepting them would be a lie; they are refused, as is a trailing
 *     slash.
 * <li>{@code /v1/kv64/{base64url}}: any bytes (RFC 4648, section 5), with or without padding. Of several spellings of
 *     the same bytes only the canonical one is accepted.
 * </ul>
 */
public final class KeyPath {
    /** In front of a key that is named as text, percent-encoded. */
    public static final String TEXT_ROOT = "/v1/kv/";
    static final String BASE64_ROOT = "/v1/kv64/";
    /** The paths of one key: as text and as base64url. */
    public static final List<String> TEMPLATES = List.of(TEXT_ROOT + "{key}", BASE64_ROOT + "{key}");

    private static final String ELSE = " Nothing was done. Correct the key, or name any bytes by /v1/kv64/{base64url}.";

    private KeyPath() {}

    /**
     * The key.
     *
     * @param rawPath the request URI without the context path and the query, not decoded
     * @throws ProblemException 400 {@code invalid-key}, saying what is wrong with it
     */
    public static Bytes parse(String rawPath, int maxKeyBytes) {
        requireNoParameters(rawPath);
        if (rawPath.startsWith(TEXT_ROOT)) {
            return text(rawPath.substring(TEXT_ROOT.length()), maxKeyBytes);
        }
        if (rawPath.startsWith(BASE64_ROOT)) {
            return base64(rawPath.substring(BASE64_ROOT.length()), maxKeyBytes);
        }
        if (rawPath.equals("/v1/kv64")) {
            throw invalid("The key is empty; a key has at least one byte.");
        }
        // Such as /v1/%6Bv/a: Spring decodes the segment before it matches.
        throw Problem.of(ProblemType.NOT_FOUND, "The path must begin with " + TEXT_ROOT + " or " + BASE64_ROOT
                + ", spelt without percent-encoding. Nothing was done.").asException();
    }

    /**
     * Refuses what servers take for parameters of a path.
     *
     * @throws ProblemException 400 {@code invalid-key}
     */
    public static void requireNoParameters(String rawPath) {
        if (rawPath.indexOf(';') >= 0) {
            throw invalid("The path holds a raw ';', which servers and proxies cut off. Write it as %3B.");
        }
    }

    /** What is wrong with a key that never came to be parsed; empty for a path of no key, or of a sound one. */
    public static Optional<Problem> problemOf(String rawPath, int maxKeyBytes) {
        if (!rawPath.startsWith(TEXT_ROOT) && !rawPath.startsWith(BASE64_ROOT)) {
            return Optional.empty();
        }
        try {
            parse(rawPath, maxKeyBytes);
            return Optional.empty();
        } catch (ProblemException e) {
            return Optional.of(e.problem());
        }
    }

    /**
     * The part of a path that names a key, or something else that is spelt as keys are.
     *
     * @param raw not decoded
     * @throws ProblemException 400 {@code invalid-key}
     */
    public static Bytes text(String raw, int maxKeyBytes) {
        byte[] bytes = decode(raw);
        requireLength(bytes, maxKeyBytes);
        Optional<String> text = PercentDecoding.utf8(bytes);
        if (text.isEmpty()) {
            throw invalid("The key in the path is not UTF-8.");
        }
        requireCharacters(text.get());
        requireSegments(text.get());
        return Bytes.wrap(bytes);
    }

    private static Bytes base64(String raw, int maxKeyBytes) {
        String spelt = new String(decode(raw), StandardCharsets.ISO_8859_1);
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(spelt);
        } catch (IllegalArgumentException e) {
            throw invalid("The key in the path is not base64url (RFC 4648, section 5).");
        }
        requireLength(bytes, maxKeyBytes);
        Base64.Encoder encoder = Base64.getUrlEncoder();
        if (!spelt.equals(encoder.withoutPadding().encodeToString(bytes))
                && !spelt.equals(encoder.encodeToString(bytes))) {
            throw invalid("The key in the path is not canonical base64url: its last character carries bits that no"
                    + " byte holds.");
        }
        return Bytes.wrap(bytes);
    }

    private static byte[] decode(String raw) {
        try {
            return PercentDecoding.decode(raw);
        } catch (IllegalArgumentException e) {
            throw invalid("The key in the path is not percent-encoded correctly: " + e.getMessage() + ".");
        }
    }

    private static void requireLength(byte[] key, int maxKeyBytes) {
        if (key.length == 0) {
            throw invalid("The key is empty; a key has at least one byte.");
        }
        if (key.length > maxKeyBytes) {
            throw Problem.of(ProblemType.INVALID_KEY, "The key is " + key.length + " bytes long, at most " + maxKeyBytes
                    + " are allowed. Nothing was done. Use a shorter key.").asException();
        }
    }

    private static void requireCharacters(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (Character.isISOControl(c)) {
                throw invalid(String.format("The key in the path holds the control character U+%04X.", (int) c));
            }
            if (c == '\\') {
                throw invalid("The key in the path holds a '\\', which servers and proxies take for a '/'.");
            }
        }
    }

    private static void requireSegments(String key) {
        int start = 0;
        while (start <= key.length()) {
            int slash = key.indexOf('/', start);
            int end = slash < 0 ? key.length() : slash;
            String segment = key.substring(start, end);
            if (segment.isEmpty()) {
                throw invalid("The key in the path begins or ends with '/', or holds '//': proxies rewrite empty"
                        + " segments.");
            }
            if (segment.equals(".") || segment.equals("..")) {
                throw invalid("The key in the path holds the segment '" + segment + "', which proxies and clients"
                        + " resolve.");
            }
            start = end + 1;
        }
    }

    private static ProblemException invalid(String what) {
        return Problem.of(ProblemType.INVALID_KEY, what + ELSE).asException();
    }
}
