package io.canvass.kv.cluster;

import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.canvass.kv.store.CompactionPolicy;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the leader propose, again and again, that history be let go which is older or longer than is set ({@code kv.history}). All
 * replicas let go of the same at the same entry; what is on their disks goes a little later ({@code docs/store.md}).
 */
final class HistoryCompactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryCompactor.class);

    private final KvStore store;
    private final CompactionPolicy policy;
    private final InstantSource clock;
    private final BooleanSupplier leads;
    private final Function<Command, CompletableFuture<Result>> propose;
    private final ScheduledExecutorService executor;
    private volatile CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);

    /**
     * @param clock of this node; entries bear the time of the leader that proposed them
     * @param leads whether this node leads, as far as it knows
     * @param propose ends in any case
     * @param executor of its own; shut down by {@link #close}
     */
    HistoryCompactor(
            KvStore store,
            CompactionPolicy policy,
            InstantSource clock,
            BooleanSupplier leads,
            Function<Command, CompletableFuture<Result>> propose,
            ScheduledExecutorService executor) {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.leads = leads;
        this.propose = propose;
        this.executor = executor;
    }

    void start(Duration interval) {
        ScheduledFuture<?> _ = executor.scheduleWithFixedDelay(this::tick, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** At most one proposal is under way. */
    void tick() {
        try {
            if (leads.getAsBoolean() && underWay.isDone()) {
                target().ifPresent(this::compact);
            }
        } catch (RuntimeException e) {
            // The executor would never ask again.
            LOG.warn("What history may go is not known: {}", e.toString());
        }
    }

    private OptionalLong target() {
        long since = clock.millis() - policy.maxAgeMillis();
        return policy.target(store.state(), store.queries().revisionAt(since));
    }

    private void compact(long revision) {
        Command command = Command.newBuilder()
                .setCompact(Compact.newBuilder().setRevision(revision))
                .build();
        underWay = propose.apply(command).whenComplete((_, failure) -> {
            if (failure != null) {
                // As long as members of an older release are there, too: it is tried again.
                LOG.debug("History up to revision {} was not let go: {}", revision, failure.toString());
            }
        });
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
