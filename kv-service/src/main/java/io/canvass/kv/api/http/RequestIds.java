package io.canvass.kv.api.http;

import java.util.concurrent.ThreadLocalRandom;

import jakarta.servlet.ServletRequest;

/**
 * Names a request in its answer and in the log: a ULID, 48 bits of milliseconds and 80 random bits in 26 characters of
 * Crockford's base 32, so that identifiers sort by time and can be read out on the telephone. Not a secret.
 */
public final class RequestIds {
    private static final String ATTRIBUTE = RequestIds.class.getName();
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int LENGTH = 26;
    private static final int TIME_LENGTH = 10;

    private RequestIds() {}

    /** The request's identifier: the same for every call with one request, also after an error dispatch. */
    public static String of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String id = format(System.currentTimeMillis(), random.nextLong(), random.nextLong());
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** The low 48 bits of the time, then the low 40 bits of each random number. */
    static String format(long epochMillis, long randomHigh, long randomLow) {
        char[] text = new char[LENGTH];
        encode(epochMillis & 0xFFFF_FFFF_FFFFL, text, 0, TIME_LENGTH);
        encode(randomHigh, text, TIME_LENGTH, TIME_LENGTH + 8);
        encode(randomLow, text, TIME_LENGTH + 8, LENGTH);
        return new String(text);
    }

    private static void encode(long bits, char[] text, int from, int to) {
        long rest = bits;
        for (int i = to - 1; i >= from; i--) {
            text[i] = ALPHABET[(int) (rest & 31)];
            rest >>>= 5;
        }
    }
}
