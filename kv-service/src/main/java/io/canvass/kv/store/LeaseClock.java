package io.canvass.kv.store;

import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseInfo;

/**
 * When leases end, by the leader's monotonic clock (KV-API.md, section 6). Every node keeps one, fed by what it
 * applies; only the leader's speaks. What it says is a proposal: apply judges it again, by the leader's epoch and by
 * how often a lease was renewed, so a clock that is late, or of an old leader, ends nothing.
 *
 * <ul>
 *   <li>A new leader knows nothing of keep-alives that its predecessor received: it gives every lease its whole TTL
 *       again, and one election timeout.
 *   <li>A TTL counts from the last keep-alive that was received; from when it was applied where that is not told.
 *   <li>So no lease ends early; and late by no more than one tick, and what it takes to commit the keep-alive and the
 *       end.
 * </ul>
 *
 * <p>Time is handed in: nanoseconds of one monotonic clock, of any origin. Thread-safe.
 */
public final class LeaseClock {
    /**
     * @param deadlineNanos means something only while this node leads
     * @param dueNanos when it is to be said that it is due: at its deadline, and again some time later if it is still there
     */
    private record Timed(long id, long ttlNanos, long renewals, long deadlineNanos, long dueNanos) {
        Timed until(long nanos) {
            return new Timed(id, ttlNanos, renewals, nanos, nanos);
        }

        Timed dueAgain(long nanos) {
            return new Timed(id, ttlNanos, renewals, deadlineNanos, nanos);
        }
    }

    private final TreeMap<Long, Timed> leases = new TreeMap<>();
    /** The same, by when they are due. Differences are compared, for the clock's origin may be anywhere. */
    private final NavigableSet<Timed> byDue = new TreeSet<>(
            (one, other) -> {
                int order = Long.signum(one.dueNanos() - other.dueNanos());
                return order != 0 ? order : Long.compare(one.id(), other.id());
            });
    /** Keep-alives that are on their way through the log: when the last one was received. */
    private final TreeMap<Long, Long> received = new TreeMap<>();

    private long epoch;
    private boolean leading;
    private long repeatNanos;

    /** Forgets everything: a copy of the state was installed, and its leases come by {@link #load}. */
    public synchronized void clear() {
        leases.clear();
        byDue.clear();
        received.clear();
    }

    /** A lease that is in the store when it is opened, or after a copy was installed; before anything is applied. */
    public synchronized void load(LeaseInfo lease, long nowNanos) {
        long ttlNanos = TimeUnit.MILLISECONDS.toNanos(lease.getTtlMillis());
        put(new Timed(lease.getId(), ttlNanos, lease.getRenewals(), 0, 0)
                .until(lease.getEnding() ? nowNanos : nowNanos + ttlNanos));
    }

    /**
     * This node leads from now on.
     *
     * @param newEpoch its epoch: what {@link #due} says counts only in entries of it
     * @param electionTimeoutNanos added to every TTL; what is due and was not seen to end is said again after as long
     */
    public synchronized void lead(long newEpoch, long nowNanos, long electionTimeoutNanos) {
        epoch = newEpoch;
        leading = true;
        repeatNanos = electionTimeoutNanos;
        received.clear();
        byDue.clear();
        leases.replaceAll((id, lease) -> lease.until(nowNanos + electionTimeoutNanos + lease.ttlNanos()));
        byDue.addAll(leases.values());
    }

    /** This node does not lead any more. */
    public synchronized void resign() {
        leading = false;
        received.clear();
    }

    /** The leader received a request to keep a lease alive, now; its entry may be applied later, or never. */
    public synchronized void received(long lease, long nowNanos) {
        Timed known = leases.get(lease);
        if (!leading || known == null) {
            return;
        }
        received.put(lease, nowNanos);
        put(known.until(later(known.deadlineNanos(), nowNanos + known.ttlNanos())));
    }

    /**
     * That request came to nothing, as far as is known: what is applied next is of another one, and counts from its own
     * time.
     *
     * @param receivedNanos as it was told to {@link #received}
     */
    public synchronized void lost(long lease, long receivedNanos) {
        received.remove(lease, receivedNanos);
    }

    /** What apply did with leases. */
    public void applied(List<LeaseChange> changes, long nowNanos) {
        // Nearly always: apply is not to wait for whoever looks through all leases.
        if (!changes.isEmpty()) {
            change(changes, nowNanos);
        }
    }

    private synchronized void change(List<LeaseChange> changes, long nowNanos) {
        for (LeaseChange change : changes) {
            switch (change) {
                case LeaseChange.Renewed renewed -> renewed(renewed, nowNanos);
                case LeaseChange.Ending ending -> Optional.ofNullable(leases.get(ending.lease()))
                        .ifPresent(lease -> put(lease.until(nowNanos)));
                case LeaseChange.Ended ended -> {
                    remove(ended.lease());
                    received.remove(ended.lease());
                }
            }
        }
    }

    private void renewed(LeaseChange.Renewed renewed, long nowNanos) {
        long ttlNanos = TimeUnit.MILLISECONDS.toNanos(renewed.ttlMillis());
        Long receivedNanos = received.remove(renewed.lease());
        long from = receivedNanos == null ? nowNanos : receivedNanos;
        Timed known = leases.get(renewed.lease());
        long deadline = from + ttlNanos;
        // One with a shorter TTL than before may end sooner than was said; one with the same never does.
        if (known != null && known.ttlNanos() == ttlNanos) {
            deadline = later(deadline, known.deadlineNanos());
        }
        put(new Timed(renewed.lease(), ttlNanos, renewed.renewals(), deadline, deadline));
    }

    /**
     * Leases whose time ran out, longest ago first, as what the leader has to propose; empty if there are none or this
     * node does not lead. They are not said again for one election timeout, unless apply says that more is to be done.
     *
     * @param limit at most so many leases, above zero
     */
    public synchronized Optional<LeaseExpire> due(long nowNanos, int limit) {
        if (!leading) {
            return Optional.empty();
        }
        LeaseExpire.Builder expire = LeaseExpire.newBuilder().setEpoch(epoch);
        while (expire.getDueCount() < limit
                && !byDue.isEmpty()
                && byDue.first().dueNanos() - nowNanos <= 0) {
            Timed lease = byDue.first();
            expire.addDue(DueLease.newBuilder().setLease(lease.id()).setRenewals(lease.renewals()));
            put(lease.dueAgain(nowNanos + repeatNanos));
        }
        return expire.getDueCount() == 0 ? Optional.empty() : Optional.of(expire.build());
    }

    /** The earliest deadline of leases that are due; the time given where none of them is there any more. */
    public synchronized long earliestDeadlineNanos(LeaseExpire expire, long nowNanos) {
        long earliest = nowNanos;
        for (DueLease due : expire.getDueList()) {
            Timed known = leases.get(due.getLease());
            if (known != null && known.deadlineNanos() - earliest < 0) {
                earliest = known.deadlineNanos();
            }
        }
        return earliest;
    }

    /** Whether this node's clock is the one that counts. */
    public synchronized boolean leads() {
        return leading;
    }

    /** How many leases there are. */
    public synchronized int size() {
        return leases.size();
    }

    /** How long a lease has left, 0 if its time ran out; empty if there is none or this node does not lead. */
    public synchronized OptionalLong remainingNanos(long lease, long nowNanos) {
        Timed known = leases.get(lease);
        return !leading || known == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, known.deadlineNanos() - nowNanos));
    }

    /** When {@link #due} should be asked next; empty if there is no lease or this node does not lead. */
    public synchronized OptionalLong nextDeadlineNanos() {
        return !leading || byDue.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(byDue.first().dueNanos());
    }

    private static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }

    private void put(Timed lease) {
        remove(lease.id());
        leases.put(lease.id(), lease);
        byDue.add(lease);
    }

    private void remove(long id) {
        Timed known = leases.remove(id);
        if (known != null) {
            byDue.remove(known);
        }
    }
}
