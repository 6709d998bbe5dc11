package io.canvass.kv.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Reads a value: the body, byte for byte, whatever its media type. Never holds more than the limit and one byte, and
 * never allocates more than twice what has arrived, so that a request cannot reserve memory by an announcement.
 */
final class ValueBody {
    /** The setting that {@link ApiLimits#maxValueBytes()} comes from, as errors name it. */
    static final String LIMIT_PROPERTY = "kv.value.max-size";

    /** A value of 1 MiB then needs 18 kB/s. Tomcat's timeout bounds each pause, and so not a body that trickles. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int FIRST_BYTES = 8 * 1024;

    private ValueBody() {}

    /**
     * @throws ProblemException 413 {@code value-too-large}, before anything is read where the length is announced;
     *     400 if the body ends early, 408 if it stalls or trickles
     */
    static Bytes read(HttpServletRequest request, int maxBytes) throws IOException {
        return read(request, maxBytes, System::nanoTime);
    }

    /** @param clock a monotonic one, in nanoseconds */
    static Bytes read(HttpServletRequest request, int maxBytes, LongSupplier clock) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > maxBytes) {
            throw tooLarge(maxBytes, declared);
        }
        int most = declared >= 0 ? (int) declared : maxBytes + 1;
        byte[] value = readUpTo(most, request, clock);
        if (declared >= 0 && value.length < declared) {
            throw incomplete("after " + value.length + " of " + declared + " bytes");
        }
        if (value.length > maxBytes) {
            throw tooLarge(maxBytes, -1);
        }
        return Bytes.wrap(value);
    }

    private static byte[] readUpTo(int most, HttpServletRequest request, LongSupplier clock) throws IOException {
        byte[] buffer = new byte[Math.min(most, FIRST_BYTES)];
        int used = 0;
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
                if (clock.getAsLong() - startNanos > MAX_NANOS) {
                    throw stalled();
                }
            }
        } catch (SocketTimeoutException e) {
            throw stalled();
        } catch (IOException e) {
            if (e.getCause() instanceof SocketTimeoutException) {
                throw stalled();
            }
            // Tomcat wraps both an end of the stream and a malformed chunk.
            throw incomplete("after " + used + " bytes");
        }
        return used == buffer.length ? buffer : Arrays.copyOf(buffer, used);
    }

    private static ProblemException incomplete(String where) {
        return QueryParameters.invalid("The body ended or was malformed " + where + ", so the value is incomplete.");
    }

    private static ProblemException stalled() {
        return Problem.of(ProblemType.REQUEST_TIMEOUT, "The client stopped sending, or sent too slowly, before the"
                + " whole value had arrived. Nothing was written. Send it again.").asException();
    }

    private static ProblemException tooLarge(int limit, long actual) {
        String length = actual < 0 ? "longer than " + limit + " bytes" : actual + " bytes long";
        return Problem.of(ProblemType.VALUE_TOO_LARGE, "The value is " + length + ", at most " + limit
                        + " are allowed. Nothing was written. Store less, or raise " + LIMIT_PROPERTY
                        + " on every node.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", limit);
                    if (actual >= 0) {
                        json.writeNumberProperty("actual", actual);
                    }
                    json.writeStringProperty("property", LIMIT_PROPERTY);
                })
                .asException();
    }
}
