package io.canvass.kv.api.http;

import java.util.Enumeration;
import java.util.concurrent.ThreadLocalRandom;

import io.canvass.kv.logging.RequestScope;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Names a request in its answer and in the log: as the client does in {@value #HEADER}, or with a ULID, 48 bits of milliseconds
 * and 80 random bits in 26 characters of Crockford's base 32, so that identifiers sort by time and can be read out on the
 * telephone. Not a secret.
 */
public final class RequestIds {
    /** In which a client, or a proxy before it, may name its request; answered to those who do. */
    public static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = RequestIds.class.getName();
    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int LENGTH = 26;
    private static final int TIME_LENGTH = 10;

    private RequestIds() {}

    /**
     * The request's identifier: the client's where that is a single header that is sound ({@link RequestScope#isSound}), else a
     * fresh one; the same for every call with one request, also after an error dispatch.
     */
    public static String of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String named = request instanceof HttpServletRequest http ? nameOf(http) : "";
        String id = RequestScope.isSound(named) ? named : fresh();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** Answers {@value #HEADER}, with the identifier that holds, to a client that sent one, sound or not. */
    public static void echo(HttpServletRequest request, HttpServletResponse response) {
        if (request.getHeader(HEADER) != null) {
            response.setHeader(HEADER, of(request));
        }
    }

    /** Empty if there is none, or several, of which two parties on the way could each read another one. */
    private static String nameOf(HttpServletRequest request) {
        Enumeration<String> headers = request.getHeaders(HEADER);
        String first = headers.hasMoreElements() ? headers.nextElement() : "";
        return headers.hasMoreElements() ? "" : first;
    }

    private static String fresh() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return format(System.currentTimeMillis(), random.nextLong(), random.nextLong());
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
