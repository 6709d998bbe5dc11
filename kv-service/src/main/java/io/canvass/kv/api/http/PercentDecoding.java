package io.canvass.kv.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

import io.canvass.kv.api.problem.Excerpt;

/**
 * Percent-decoding as RFC 3986, section 2.1, has it, once and strictly. A {@code +} stands for itself, in the path and
 * in the query: keys may hold one, and form encoding, where it means a space, is not part of RFC 3986.
 */
public final class PercentDecoding {
    /** Unreserved characters (RFC 3986, section 2.3), and the slash, which a query may hold as it is. */
    private static final String PLAIN =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentDecoding() {}

    /**
     * The bytes that a raw piece of a request URI stands for. Tomcat hands the URI over as ISO 8859-1, one char per
     * byte.
     *
     * @throws IllegalArgumentException if a {@code %} is not followed by two hexadecimal digits
     */
    static byte[] decode(String raw) {
        byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
        int first = raw.indexOf('%');
        if (first < 0) {
            return bytes;
        }
        int used = first;
        for (int i = first; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                bytes[used++] = bytes[i];
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("the % at position " + (i + 1) + " of '" + Excerpt.of(raw)
                        + "' is not followed by two hexadecimal digits");
            }
            bytes[used++] = (byte) (high << 4 | low);
            i += 2;
        }
        return Arrays.copyOf(bytes, used);
    }

    /** What {@link #decode} takes for the text's UTF-8, in a query: all but unreserved characters and slashes. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (PLAIN.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /** The text, or empty if the bytes are not UTF-8 (overlong forms and surrogates are not). */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
