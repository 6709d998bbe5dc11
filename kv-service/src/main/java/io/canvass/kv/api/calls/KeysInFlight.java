package io.canvass.kv.api.calls;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import org.springframework.stereotype.Component;

/**
 * Which idempotency keys this node is busy with. It only spares a client that asks twice at once the wait; that nothing is
 * applied twice is the state machine's doing. Thread-safe.
 */
@Component
public final class KeysInFlight {
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Set<ByteString> keys = ConcurrentHashMap.newKeySet();
    private final int bound;
    private final Semaphore room;

    KeysInFlight(WriteLimits limits) {
        this.bound = limits.maxInFlight();
        this.room = new Semaphore(bound);
    }

    /** Ends the request's hold on its key; does nothing where there is none. */
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Whether no request with a key is under way. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** @throws ProblemException 409 {@code idempotency-in-flight}, 503 {@code overloaded} */
    public Hold hold(Optional<ByteString> key) {
        return key.isPresent() ? hold(key.get()) : () -> {};
    }

    private Hold hold(ByteString key) {
        if (!room.tryAcquire()) {
            throw Problem.of(ProblemType.OVERLOADED, bound + " requests with an Idempotency-Key are under way on this node"
                            + " (kv.request.max-in-flight). Nothing was done. Send the request again after a second.")
                    .ofLimit("kv.request.max-in-flight")
                    .asException();
        }
        if (!keys.add(key)) {
            room.release();
            throw Problem.of(ProblemType.IDEMPOTENCY_IN_FLIGHT, "This node is still busy with a request that has the same"
                            + " Idempotency-Key. This one was not applied; the other may be. Send it again after a second.")
                    .withHeader("Retry-After", RETRY_AFTER_SECONDS)
                    .asException();
        }
        return () -> {
            keys.remove(key);
            room.release();
        };
    }
}
