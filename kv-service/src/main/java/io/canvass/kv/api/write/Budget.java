package io.canvass.kv.api.write;

import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;

/** What is left of the bounds of one request that is made of several operations. For one thread. */
final class Budget {
    static final String OPERATIONS_PROPERTY = "kv.txn.max-ops";
    static final String BYTES_PROPERTY = "kv.request.max-size";

    private final int maxOperations;
    private final long maxBytes;
    private int operations;
    private long bytes;

    Budget(WriteLimits limits) {
        this.maxOperations = limits.maxTxnOperations();
        this.maxBytes = limits.maxRequestBytes();
    }

    /** @throws ProblemException 413 {@code too-many-operations} */
    void operation() {
        operations++;
        if (operations > maxOperations) {
            throw exceeded("The request has more than " + maxOperations + " comparisons and operations.", maxOperations,
                    operations, OPERATIONS_PROPERTY);
        }
    }

    /**
     * So much of keys and values, as they are stored.
     *
     * @throws ProblemException 413 {@code too-many-operations}
     */
    void bytes(int size) {
        bytes += size;
        if (bytes > maxBytes) {
            throw exceeded("The request has " + bytes + " bytes of keys and values so far, decoded; at most " + maxBytes
                    + " are allowed.", maxBytes, bytes, BYTES_PROPERTY);
        }
    }

    private static ProblemException exceeded(String what, long limit, long actual, String property) {
        return Problem.of(ProblemType.TOO_MANY_OPERATIONS, what + " Nothing was done. Send several requests, or raise "
                        + property + " on every node.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", limit);
                    json.writeNumberProperty("actual", actual);
                    json.writeStringProperty("property", property);
                })
                .ofLimit(property)
                .asException();
    }
}
