package io.canvass.kv.api.http;

import java.util.List;

/**
 * The bounds of what requests may write, beside those of {@link ApiLimits}.
 *
 * @param maxInFlight requests with an Idempotency-Key under way on this node; one more is 503 {@code overloaded}
 * @param maxTxnOperations comparisons and operations of one transaction; more are 413 {@code too-many-operations}
 * @param maxRequestBytes decoded bytes of keys and values in one transaction, or in one entry that an import makes
 * @param maxRate requests per second of one client address; 0 for no bound
 * @param preconditionPrefixes keys that begin so are not overwritten without a precondition; none is empty
 */
public record WriteLimits(
        int maxInFlight, int maxTxnOperations, int maxRequestBytes, int maxRate, List<String> preconditionPrefixes) {

    public WriteLimits {
        preconditionPrefixes = List.copyOf(preconditionPrefixes);
        if (maxInFlight < 1 || maxTxnOperations < 1 || maxRequestBytes < 1 || maxRate < 0) {
            throw new IllegalArgumentException("Bounds must be above zero: " + maxInFlight + ", " + maxTxnOperations
                    + ", " + maxRequestBytes + ", " + maxRate);
        }
        if (preconditionPrefixes.contains("")) {
            throw new IllegalArgumentException("A prefix has at least one character");
        }
    }

    /** 10,000 keyed requests, 512 operations, 2 MiB, no bound of the rate, no prefix (KV-API.md, section 6). */
    public static WriteLimits defaults() {
        return new WriteLimits(10_000, 512, 2 << 20, 0, List.of());
    }

    /** For a line of one operation: a value and two keys, whatever they may be. */
    public static WriteLimits ofOne(ApiLimits limits) {
        return new WriteLimits(1, 1, Math.addExact(limits.maxValueBytes(), 2 * limits.maxKeyBytes()), 0, List.of());
    }
}
