package io.canvass.kv.cluster;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.LeaseChange;
import io.canvass.kv.store.LeaseClock;
import io.canvass.kv.store.StoreException;
import io.canvass.kv.store.StoreObserver;
import io.canvass.kv.store.StoreState;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's {@link LeaseClock}, fed by what the store applies and by the keep-alives that are proposed here.
 * Thread-safe.
 */
public final class LeaseTimes implements StoreObserver, KeepAlives {
    private static final int LOADED_AT_ONCE = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(LeaseTimes.class);

    private final LeaseClock clock = new LeaseClock();
    private final LongSupplier nanoTime;
    private volatile @Nullable KvStore store;

    /** @param nanoTime as {@link System#nanoTime}: never the time of day, which jumps */
    LeaseTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Called once, before anything is applied: else a lease could be loaded that is gone already. */
    void attach(KvStore opened) {
        store = opened;
        load(opened.queries());
        opened.observe(this);
    }

    LeaseClock clock() {
        return clock;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** How many leases there are. */
    public int size() {
        return clock.size();
    }

    /**
     * How long a lease has left, 0 if its time is over; empty if there is none, or this node's clock does not
     * count.
     */
    OptionalLong remainingNanos(long lease) {
        return clock.remainingNanos(lease, nanoTime());
    }

    @Override
    public void applied(StoreState state, List<LeaseChange> leaseChanges) {
        clock.applied(leaseChanges, nanoTime());
    }

    /** Apply waits until all leases are read: it waited longer for the copy. */
    @Override
    public void installed(StoreState state) {
        KvStore installed = store;
        if (installed != null) {
            clock.clear();
            load(installed.queries());
        }
    }

    private void load(KvQueries queries) {
        long last = 0;
        boolean more = true;
        while (more) {
            KvQueries.LeasePage page = queries.leases(last, LOADED_AT_ONCE);
            for (LeaseInfo lease : page.leases()) {
                clock.load(lease, nanoTime());
                last = lease.getId();
            }
            more = page.more();
        }
    }

    @Override
    public boolean concern(Command command) {
        return command.hasLeaseKeepAlive() || command.hasLockAcquire();
    }

    @Override
    public <T> CompletableFuture<T> during(Command command, Supplier<CompletableFuture<T>> proposal) {
        OptionalLong lease = clock.leads() ? leaseOf(command) : OptionalLong.empty();
        if (lease.isEmpty()) {
            return proposal.get();
        }
        long receivedNanos = nanoTime();
        clock.received(lease.getAsLong(), receivedNanos);
        CompletableFuture<T> proposed = proposal.get();
        CompletableFuture<T> _ = proposed.whenComplete((_, failure) -> {
            if (failure != null) {
                clock.lost(lease.getAsLong(), receivedNanos);
            }
        });
        return proposed;
    }

    /** Which lease a command keeps alive, if it does. */
    private OptionalLong leaseOf(Command command) {
        if (command.hasLeaseKeepAlive()) {
            return OptionalLong.of(command.getLeaseKeepAlive().getLease());
        }
        KvStore opened = store;
        if (!command.hasLockAcquire() || opened == null) {
            return OptionalLong.empty();
        }
        LockAcquire ask = command.getLockAcquire();
        try {
            return leaseOf(opened, ask);
        } catch (StoreException e) {
            // Whoever applies it will say so; the proposal is not for this to refuse.
            LOG.debug("Whose lock is to be renewed cannot be read", e);
            return OptionalLong.empty();
        }
    }

    private static OptionalLong leaseOf(KvStore opened, LockAcquire ask) {
        return opened.ticket(
                        ask.getSpace(),
                        Bytes.wrap(ask.getName().toByteArray()),
                        Bytes.wrap(ask.getOwner().toByteArray()))
                .map(Ticket::getLease)
                .filter(lease -> !ask.hasLease() || ask.getLease() == lease)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }
}
