package io.canvass.kv.members;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.raft.runtime.RaftStatus;

/**
 * A member that hears no leader asks whether it was removed while it was away: nobody sends it the log any more that would say
 * so. Only a leader's committed configuration that is newer than its own counts. One that joined and that its own log never named was
 * no member as far as it knows: it asks to be one ({@link Joiner}). {@link #tick} by one thread.
 */
final class RemovalInquiry {
    /** Without a leader for so long, and so often. */
    static final Duration AFTER = Duration.ofSeconds(10);

    private final RaftAccess raft;
    private final Function<String, CompletableFuture<NodeStanding>> ask;
    private final LongSupplier nanoTime;
    private final boolean founder;
    private final AtomicReference<Optional<Removal>> found = new AtomicReference<>(Optional.empty());
    private Optional<Long> silentSince = Optional.empty();

    /**
     * @param ask takes an address; what is there says what it is
     * @param founder whether this replica was there from the beginning
     */
    RemovalInquiry(
            RaftAccess raft, Function<String, CompletableFuture<NodeStanding>> ask, LongSupplier nanoTime, boolean founder) {
        this.raft = raft;
        this.ask = ask;
        this.nanoTime = nanoTime;
        this.founder = founder;
    }

    /** To be called about each second; set once it is known that this node was removed. */
    Optional<Removal> tick() {
        RaftStatus status = raft.status();
        long now = nanoTime.getAsLong();
        long age = status.leaderContactAgeMillis();
        // That others name a leader says nothing: nobody sends the log to whom it removed.
        boolean hears = status.leads() || (age >= 0 && age < AFTER.toMillis());
        boolean wasMember = founder || status.hasNamed(status.self());
        if (hears || !wasMember) {
            silentSince = Optional.empty();
        } else if (silentSince.isEmpty()) {
            silentSince = Optional.of(now);
        } else if (now - silentSince.get() >= AFTER.toNanos()) {
            silentSince = Optional.of(now);
            status.peers().forEach(peer -> inquire(peer.address()));
        }
        return found.get();
    }

    private void inquire(String address) {
        CompletableFuture<?> _ = ask.apply(address).thenAccept(standing -> {
            RaftStatus status = raft.status();
            boolean ours = standing.clusterId().filter(status.clusterId()::equals).isPresent();
            if (ours
                    && standing.state() instanceof NodeStanding.Formed formed
                    && formed.leads()
                    && formed.committed()
                    && formed.index() > status.configurationIndex()
                    && formed.configuration().members().stream().noneMatch(member -> member.key().matches(status.self()))) {
                found.set(Optional.of(new Removal(Instant.now(), status.epoch(), formed.index())));
            }
        });
    }
}
