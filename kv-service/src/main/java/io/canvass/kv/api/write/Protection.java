package io.canvass.kv.api.write;

import java.util.List;

import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.KeySpan;
import io.canvass.raft.core.Bytes;
import org.springframework.stereotype.Component;

/** Keys that the operator has protected from being overwritten blindly (RFC 6585, section 3). Thread-safe. */
@Component
final class Protection {
    private static final String PROPERTY = "kv.require-precondition-prefixes";

    private final List<KeySpan> prefixes;

    Protection(WriteLimits limits) {
        this.prefixes = limits.preconditionPrefixes().stream()
                .map(prefix -> KeySpan.prefix(Bytes.ofUtf8(prefix)))
                .toList();
    }

    boolean holds(Bytes key) {
        for (KeySpan prefix : prefixes) {
            if (prefix.contains(key)) {
                return true;
            }
        }
        return false;
    }

    /** @throws ProblemException 428 {@code precondition-required} if the key is protected */
    void require(Bytes key, String advice) {
        if (holds(key)) {
            throw refusal("The key begins as " + PROPERTY + " says", advice);
        }
    }

    /**
     * A range is deleted without a look at its keys, so none of them may be protected.
     *
     * @throws ProblemException 428 {@code precondition-required}
     */
    void require(KeySpan span) {
        for (KeySpan prefix : prefixes) {
            if (meet(prefix, span)) {
                throw refusal("The range has room for keys that begin as " + PROPERTY + " says",
                        "Delete its keys one by one, each with If-Match, or in a transaction that compares them.");
            }
        }
    }

    private static boolean meet(KeySpan one, KeySpan other) {
        return one.contains(other.start()) || other.contains(one.start());
    }

    private static ProblemException refusal(String what, String advice) {
        return Problem.of(ProblemType.PRECONDITION_REQUIRED, what + ": such keys are not overwritten or deleted without a"
                        + " precondition. Nothing was done. " + advice)
                .withMembers(json -> json.writeStringProperty("property", PROPERTY))
                .asException();
    }
}
