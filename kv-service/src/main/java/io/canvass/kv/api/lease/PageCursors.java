package io.canvass.kv.api.lease;

import java.nio.charset.StandardCharsets;

import io.canvass.kv.api.http.Base64Url;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletResponse;

/** Where the next page of a list begins: behind its last item. Opaque to clients. */
final class PageCursors {
    private PageCursors() {}

    static String of(Bytes key) {
        return Base64Url.encode(key);
    }

    static String of(long number) {
        return of(Bytes.wrap(Long.toHexString(number).getBytes(StandardCharsets.US_ASCII)));
    }

    /** @throws ProblemException 400 {@code invalid-request} */
    static Bytes key(String cursor) {
        return Base64Url.decode(cursor).orElseThrow(() -> invalid(cursor));
    }

    /** @throws ProblemException 400 {@code invalid-request} */
    static long number(String cursor) {
        try {
            return Long.parseUnsignedLong(key(cursor).toUtf8(), 16);
        } catch (NumberFormatException e) {
            throw invalid(cursor);
        }
    }

    /** {@code Link: <…>; rel="next"} (RFC 8288). */
    static void link(HttpServletResponse response, String page, String cursor) {
        response.setHeader("Link", "<" + page + "&cursor=" + cursor + ">; rel=\"next\"");
    }

    private static ProblemException invalid(String cursor) {
        return QueryParameters.invalid("The query parameter 'cursor' is '" + Excerpt.of(cursor)
                + "', which is none that an answer of this list gave as 'next'. Begin without it.");
    }
}
