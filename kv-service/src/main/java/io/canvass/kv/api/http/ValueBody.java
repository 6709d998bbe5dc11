package io.canvass.kv.api.http;

import java.io.IOException;
import java.util.function.LongSupplier;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;

/** Reads a value: the body, byte for byte, whatever its media type. */
public final class ValueBody {
    /** The setting that {@link ApiLimits#maxValueBytes()} comes from, as errors name it. */
    public static final String LIMIT_PROPERTY = "kv.value.max-size";

    private ValueBody() {}

    /**
     * @throws ProblemException 413 {@code value-too-large}, before anything is read where the length is announced;
     *     400 if the body ends early, 408 if it stalls or trickles
     */
    public static Bytes read(HttpServletRequest request, int maxBytes) throws IOException {
        return read(request, maxBytes, System::nanoTime);
    }

    /** @param clock a monotonic one, in nanoseconds */
    static Bytes read(HttpServletRequest request, int maxBytes, LongSupplier clock) throws IOException {
        return Bytes.wrap(RequestBody.read(request, maxBytes, actual -> tooLarge(maxBytes, actual), clock));
    }

    private static ProblemException tooLarge(int limit, long actual) {
        return tooLarge("The value", limit, actual);
    }

    /** @param subject of the sentence: what is too large */
    public static ProblemException tooLarge(String subject, int limit, long actual) {
        String length = actual < 0 ? "longer than " + limit + " bytes" : actual + " bytes long";
        return Problem.of(ProblemType.VALUE_TOO_LARGE, subject + " is " + length + ", at most " + limit
                        + " are allowed. Nothing was written. Store less, or raise " + LIMIT_PROPERTY
                        + " on every node.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", limit);
                    if (actual >= 0) {
                        json.writeNumberProperty("actual", actual);
                    }
                    json.writeStringProperty("property", LIMIT_PROPERTY);
                })
                .ofLimit(LIMIT_PROPERTY)
                .asException();
    }
}
