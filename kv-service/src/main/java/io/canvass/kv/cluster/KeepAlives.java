package io.canvass.kv.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.canvass.proto.kv.v1.Command;

/** Is told of requests to keep leases alive when they are proposed here: a TTL counts from then. Thread-safe. */
interface KeepAlives {
    /** Of a node that keeps no time. */
    KeepAlives UNHEARD = new KeepAlives() {
        @Override
        public boolean concern(Command command) {
            return false;
        }

        @Override
        public <T> CompletableFuture<T> during(Command command, Supplier<CompletableFuture<T>> proposal) {
            return proposal.get();
        }
    };

    /** Whether a command may keep a lease alive. */
    boolean concern(Command command);

    /**
     * Proposes a command, having noted that it was received.
     *
     * @param proposal must not throw
     */
    <T> CompletableFuture<T> during(Command command, Supplier<CompletableFuture<T>> proposal);
}
