package io.canvass.kv.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

import io.canvass.kv.api.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Reads a body that has a limit. Never holds more than the limit and one byte, and never allocates more than twice what
 * has arrived, so that a request cannot reserve memory by an announcement.
 */
public final class RequestBody {
    private static final String REST = "Nothing was done.";
    private static final int FIRST_BYTES = 8 * 1024;

    private RequestBody() {}

    /**
     * @param tooLarge the refusal of a body of so many bytes, announced and not read; of -1 if that is not known
     * @param clock a monotonic one, in nanoseconds
     * @throws ProblemException that refusal; 400 if the body ends early, 408 if it stalls or trickles
     */
    public static byte[] read(
            HttpServletRequest request, int maxBytes, LongFunction<ProblemException> tooLarge, LongSupplier clock)
            throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > maxBytes) {
            throw tooLarge.apply(declared);
        }
        int most = declared >= 0 ? (int) declared : maxBytes + 1;
        byte[] body = readUpTo(most, request, clock);
        if (declared >= 0 && body.length < declared) {
            throw incomplete("after " + body.length + " of " + declared + " bytes");
        }
        if (body.length > maxBytes) {
            throw tooLarge.apply(-1);
        }
        return body;
    }

    private static byte[] readUpTo(int most, HttpServletRequest request, LongSupplier clock) throws IOException {
        byte[] buffer = new byte[Math.min(most, FIRST_BYTES)];
        int used = 0;
        Duration limit = BodyTime.of(request);
        long startNanos = clock.getAsLong();
        try {
            InputStream in = request.getInputStream();
            while (used < most) {
                if (used == buffer.length) {
                    buffer = Arrays.copyOf(buffer, (int) Math.min(most, 2L * buffer.length));
                }
                int n = in.read(buffer, used, buffer.length - used);
                if (n < 0) {
                    break;
                }
                used += n;
                if (clock.getAsLong() - startNanos > limit.toNanos()) {
                    throw BodyTime.exceeded("The body", limit, REST);
                }
            }
        } catch (SocketTimeoutException e) {
            throw BodyTime.paused(REST);
        } catch (IOException e) {
            if (e.getCause() instanceof SocketTimeoutException) {
                throw BodyTime.paused(REST);
            }
            // Tomcat wraps both an end of the stream and a malformed chunk.
            throw incomplete("after " + used + " bytes");
        }
        return used == buffer.length ? buffer : Arrays.copyOf(buffer, used);
    }

    private static ProblemException incomplete(String where) {
        return QueryParameters.invalid("The body ended or was malformed " + where + ", so it is incomplete.");
    }
}
