package io.canvass.kv.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;

/**
 * A body that is read as it comes, so that what it is made into bounds the memory, and not its length. What goes wrong is told
 * as a problem. For one thread.
 */
public final class BodyStream extends InputStream {
    private final InputStream in;
    private final long maxBytes;
    private final Duration limit;
    /** A sentence's subject: what must arrive within the limit. */
    private final String subject;
    /** A sentence: what became of the request where its body breaks off. */
    private final String rest;

    private long waitedNanos;
    private long count;

    private BodyStream(InputStream in, long maxBytes, Duration limit, String subject, String rest) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.limit = limit;
        this.subject = subject;
        this.rest = rest;
    }

    /**
     * Of at most so many bytes, which must arrive within {@link BodyTime}: more are 413 {@code body-too-large}, later ones 408.
     *
     * @throws ProblemException 413 if a longer one is announced
     */
    public static BodyStream bounded(HttpServletRequest request, long maxBytes) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > maxBytes) {
            throw tooLarge(maxBytes, declared);
        }
        return new BodyStream(request.getInputStream(), maxBytes, BodyTime.of(request), "The body", "Nothing was done.");
    }

    /** Of any number of lines, each of which must arrive within {@link BodyTime}: later ones are 408. */
    public static BodyStream ofLines(HttpServletRequest request) throws IOException {
        return new BodyStream(
                request.getInputStream(), Long.MAX_VALUE, BodyTime.of(request), "A line",
                "This line and what should have followed it was not done.");
    }

    /** Begins anew to count the time that is waited for the client. */
    public void lineArrived() {
        waitedNanos = 0;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        int n;
        long startNanos = System.nanoTime();
        try {
            n = in.read(target, offset, length);
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                throw BodyTime.paused(rest);
            }
            // Tomcat wraps both an end of the stream and a malformed chunk.
            throw Problem.of(ProblemType.INVALID_REQUEST, "The body ended or was malformed after " + count
                    + " bytes, so it is incomplete. " + rest).asException();
        }
        count += Math.max(n, 0);
        if (count > maxBytes) {
            throw tooLarge(maxBytes, -1);
        }
        waitedNanos += System.nanoTime() - startNanos;
        if (waitedNanos > limit.toNanos()) {
            throw BodyTime.exceeded(subject, limit, rest);
        }
        return n;
    }

    /** Bytes that can be read without waiting; 0 also where that is not known. */
    @Override
    public int available() throws IOException {
        return in.available();
    }

    private static ProblemException tooLarge(long limit, long actual) {
        String length = actual < 0 ? "longer than " + limit + " bytes" : actual + " bytes long";
        return Problem.of(ProblemType.BODY_TOO_LARGE, "The body is " + length + ", at most " + limit
                        + " are allowed here, with all blanks and escapes. Nothing was done. Send less at once.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", limit);
                    if (actual >= 0) {
                        json.writeNumberProperty("actual", actual);
                    }
                })
                .asException();
    }
}
