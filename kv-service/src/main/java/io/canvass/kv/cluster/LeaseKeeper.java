package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.canvass.kv.store.LeaseClock;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.Leadership;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the leader end leases whose time is over (KV-API.md, section 6), by proposing it.
 *
 * <ul>
 *   <li>The clock counts from when an entry of the leader's own epoch is applied here: then it knows all that was
 *   granted
 *       and renewed before.
 *   <li>What is due is proposed to this very replica and never handed on: it counts in the epoch that judged it only.
 *   <li>One entry is under way at a time, about {@value #MAX_DUE} leases at most: if a million end at once, other
 *   writes
 *       come in between.
 *   <li>A process that stood still, or was stopped, longer than an election timeout has not heard the keep-alives that
 *       wait in its sockets: it listens for one election timeout before it ends anything.
 * </ul>
 *
 * <p>All but {@link #start} and {@link #close} runs on one executor, which must run one task after the other.
 */
final class LeaseKeeper implements AutoCloseable {
    /** Leases that one entry of the log may end. */
    static final int MAX_DUE = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final RaftAccess raft;
    private final VersionGate versions;
    private final LeaseTimes times;
    private final LongSupplier appliedEpoch;
    private final Rhythm rhythm;
    private final ExpiryListener listener;
    private final Executor executor;
    private @Nullable ScheduledExecutorService timer;

    private long epoch;
    private boolean underWay;
    private long lastTickNanos;
    private boolean listening;
    private long listenUntilNanos;

    /**
     * @param tick between two looks at what is due
     * @param electionTimeout that of this node's replica
     */
    record Rhythm(Duration tick, Duration electionTimeout) {}

    /** @param appliedEpoch the epoch of the last entry that the store has applied */
    LeaseKeeper(
            RaftAccess raft,
            VersionGate versions,
            LeaseTimes times,
            LongSupplier appliedEpoch,
            Rhythm rhythm,
            ExpiryListener listener,
            Executor executor) {
        this.raft = raft;
        this.versions = versions;
        this.times = times;
        this.appliedEpoch = appliedEpoch;
        this.rhythm = rhythm;
        this.listener = listener;
        this.executor = executor;
        lastTickNanos = times.nanoTime();
    }

    /** @param scheduler the executor, too; shut down by {@link #close} */
    void start(ScheduledExecutorService scheduler) {
        timer = scheduler;
        long nanos = rhythm.tick().toNanos();
        ScheduledFuture<?> _ = scheduler.scheduleWithFixedDelay(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    void tick() {
        try {
            long now = times.nanoTime();
            follow(now);
            boolean stoodStill = now - lastTickNanos > rhythm.tick().plus(rhythm.electionTimeout()).toNanos();
            lastTickNanos = now;
            if (mayEnd(now, stoodStill)) {
                end(now);
            }
        } catch (RuntimeException e) {
            // The executor would never ask again.
            LOG.warn("Leases whose time is over are not ended: {}", e.toString());
        }
    }

    /** Takes the clock up or lays it down with this replica's office. */
    private void follow(long now) {
        Leadership leadership = raft.leadership();
        if (leadership.here() && appliedEpoch.getAsLong() == leadership.epoch()) {
            if (epoch != leadership.epoch()) {
                epoch = leadership.epoch();
                times.clock().lead(epoch, now, rhythm.electionTimeout().toNanos());
            }
        } else if (epoch != 0) {
            epoch = 0;
            times.clock().resign();
        }
    }

    /** One that stands still at each tick ends leases, too: at each second one. */
    private boolean mayEnd(long now, boolean stoodStill) {
        if (stoodStill && !listening) {
            listening = true;
            listenUntilNanos = now + rhythm.electionTimeout().toNanos();
        }
        if (listening && now - listenUntilNanos < 0) {
            return false;
        }
        listening = false;
        return true;
    }

    private void end(long now) {
        LeaseClock clock = times.clock();
        if (epoch == 0 || underWay || !isDue(now)) {
            return;
        }
        Optional<VersionGate.Refusal> tooNew = VersionGate.refusal(versions.requiredVersion(command(LeaseExpire.getDefaultInstance())),
                raft.configuration());
        if (tooNew.isPresent()) {
            LOG.debug("No lease is ended: {}", tooNew.get().why());
            return;
        }
        Optional<LeaseExpire> due = clock.due(now, MAX_DUE);
        if (due.isPresent()) {
            propose(due.get(), clock.earliestDeadlineNanos(due.get(), now));
        }
    }

    private boolean isDue(long now) {
        return times.clock().nextDeadlineNanos().stream().anyMatch(next -> next - now <= 0);
    }

    private void propose(LeaseExpire due, long deadlineNanos) {
        underWay = true;
        CompletableFuture<Applied<Result>> proposal;
        try {
            proposal = raft.propose(Bytes.wrap(command(due).toByteArray()));
        } catch (RuntimeException e) {
            proposal = CompletableFuture.failedFuture(e);
        }
        // The replica's thread must not be kept.
        CompletableFuture<?> _ = proposal.whenComplete((applied, failure) -> {
            try {
                executor.execute(() -> ended(deadlineNanos, applied, failure));
            } catch (RejectedExecutionException _) {
                LOG.debug("The node is closed; how its last leases ended is not told");
            }
        });
    }

    private void ended(long deadlineNanos, @Nullable Applied<Result> applied, @Nullable Throwable failure) {
        underWay = false;
        if (applied == null) {
            // They are due again after an election timeout, if this node still leads then.
            LOG.debug("Leases whose time is over were not ended", failure);
            return;
        }
        int leases = applied.result().getLeasesExpired().getLeaseCount();
        if (leases > 0) {
            listener.ended(leases, times.nanoTime() - deadlineNanos);
        }
        // What did not fit into that entry does not wait for a tick.
        tick();
    }

    private static Command command(LeaseExpire expire) {
        return Command.newBuilder().setLeaseExpire(expire).build();
    }

    @Override
    public void close() {
        ScheduledExecutorService started = timer;
        if (started != null) {
            started.shutdownNow();
        }
    }
}
