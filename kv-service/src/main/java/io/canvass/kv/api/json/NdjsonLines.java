package io.canvass.kv.api.json;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.BodyStream;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** The lines of a body of {@code application/x-ndjson}, of any number; one of them is in memory. For one thread. */
public final class NdjsonLines {
    /** Of bodies, as {@code Content-Type} names it. */
    public static final String MEDIA_TYPE = MediaType.APPLICATION_NDJSON_VALUE;

    private static final int BUFFER_BYTES = 16 * 1024;
    /** An escape has six bytes for one; the rest is for names and brackets. */
    private static final int RAW_PER_BYTE = 6;

    private static final int RAW_BESIDE = 4096;

    private final BodyStream in;
    private final long maxLineBytes;
    /** Of the whole body; -1 if it is not known. */
    private final long length;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private BeforeReading beforeReading = () -> {};
    private long taken;
    private int from;
    private int to;
    private long number;

    /** What must be done before the rest of a body is read. */
    public interface BeforeReading {
        void run() throws IOException;
    }

    /** @param limits a line may be as long as one with the longest key and value can be written */
    public NdjsonLines(HttpServletRequest request, ApiLimits limits) throws IOException {
        this.in = BodyStream.ofLines(request);
        this.length = request.getContentLengthLong();
        this.maxLineBytes = RAW_PER_BYTE * ((long) limits.maxValueBytes() + limits.maxKeyBytes()) + RAW_BESIDE;
    }

    /**
     * A foreign page cannot send this type unasked.
     *
     * @throws ProblemException 415 {@code unsupported-media-type}
     */
    public static void requireType(HttpServletRequest request) {
        String type = request.getContentType();
        try {
            if (type != null && MediaType.APPLICATION_NDJSON.isCompatibleWith(MediaType.parseMediaType(type))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // As any other type: told below.
        }
        throw Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body has "
                        + (type == null ? "no Content-Type" : "the Content-Type '" + Excerpt.of(type) + "'")
                        + ", but must be " + MEDIA_TYPE + ", one JSON object on each line. Nothing was done. With curl, send it"
                        + " by -H 'Content-Type: " + MEDIA_TYPE + "' --data-binary @FILE.")
                .withHeader("Accept", MEDIA_TYPE)
                .asException();
    }

    /** Of the line read last, counted from 1; blank lines count. */
    public long number() {
        return number;
    }

    /** Has this done each time before more of the body is read, and while there may be more. */
    public void beforeReading(BeforeReading action) {
        beforeReading = action;
    }

    /** Whether more of the body has to be waited for. */
    public boolean waits() throws IOException {
        return from == to && in.available() == 0;
    }

    /**
     * The next line that is not blank; empty at the end.
     *
     * @throws ProblemException 413 {@code body-too-large} if it is too long; 400, 408 if the body ends early or stalls
     */
    public Optional<byte[]> next() throws IOException {
        while (true) {
            number++;
            ByteArrayOutputStream line = new ByteArrayOutputStream(256);
            boolean ended = readLine(line);
            if (!line.toString(StandardCharsets.ISO_8859_1).isBlank()) {
                in.lineArrived();
                return Optional.of(line.toByteArray());
            }
            if (ended) {
                return Optional.empty();
            }
        }
    }

    /** Whether the body ended with it. */
    private boolean readLine(ByteArrayOutputStream line) throws IOException {
        while (true) {
            if (from == to) {
                if (taken != length) {
                    beforeReading.run();
                }
                int n = in.read(buffer, 0, buffer.length);
                if (n < 0) {
                    return true;
                }
                taken += n;
                from = 0;
                to = n;
            }
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            if (line.size() + (long) end - from > maxLineBytes) {
                throw tooLong();
            }
            line.write(buffer, from, end - from);
            boolean complete = end < to;
            from = complete ? end + 1 : end;
            if (complete) {
                return false;
            }
        }
    }

    private ProblemException tooLong() {
        return Problem.of(ProblemType.BODY_TOO_LARGE, "Line " + number + " is longer than " + maxLineBytes
                        + " bytes, with all blanks and escapes. It and what follows was not done. Correct it.")
                .withMembers(json -> json.writeNumberProperty("limit", maxLineBytes))
                .asException();
    }
}
