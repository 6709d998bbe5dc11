package io.canvass.kv.members;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;

/** What connected members say of themselves, asked when they are first seen and then now and then. Thread-safe. */
final class Acquaintances {
    /** After so long a member is asked again: it may have been started with other settings. */
    static final Duration FRESH = Duration.ofSeconds(30);

    private final Function<String, CompletableFuture<NodeStanding>> ask;
    private final LongSupplier nanoTime;
    // Guarded by this; as many as there are members at most.
    private final Map<ReplicaKey, Known> known = new HashMap<>();
    private final Set<ReplicaKey> asked = new HashSet<>();

    private record Known(NodeStanding standing, long atNanos) {}

    /** @param ask takes an address; what is there says what it is */
    Acquaintances(Function<String, CompletableFuture<NodeStanding>> ask, LongSupplier nanoTime) {
        this.ask = ask;
        this.nanoTime = nanoTime;
    }

    /** Asks those that are connected and not known well enough. */
    void meet(RaftStatus status) {
        Set<ReplicaKey> seen = new HashSet<>();
        for (RaftStatus.Peer peer : status.peers()) {
            if (peer.connected() && !peer.seen().directoryId().equals(ReplicaKey.UNASSIGNED)) {
                seen.add(peer.seen());
                if (isDue(peer.seen())) {
                    ask(peer.seen(), peer.address());
                }
            }
        }
        keepOnly(seen);
    }

    synchronized Optional<NodeStanding> of(ReplicaKey replica) {
        return Optional.ofNullable(known.get(replica)).map(Known::standing);
    }

    synchronized void forget() {
        known.clear();
    }

    private synchronized void keepOnly(Set<ReplicaKey> seen) {
        known.keySet().retainAll(seen);
    }

    private synchronized boolean isDue(ReplicaKey replica) {
        Known last = known.get(replica);
        boolean due = last == null || nanoTime.getAsLong() - last.atNanos() >= FRESH.toNanos();
        return due && asked.add(replica);
    }

    /** The connection may be with one replica and the answer from the next one at that address: only what fits is kept. */
    private void ask(ReplicaKey replica, String address) {
        CompletableFuture<?> _ = ask.apply(address).whenComplete((standing, failure) -> {
            synchronized (this) {
                asked.remove(replica);
                if (failure == null && standing.replica().equals(replica)) {
                    known.put(replica, new Known(standing, nanoTime.getAsLong()));
                }
            }
        });
    }
}
