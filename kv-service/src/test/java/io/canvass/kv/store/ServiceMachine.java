package io.canvass.kv.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.simulation.Machine;
import io.canvass.raft.simulation.Workload;

/**
 * The whole of the store as the simulator sees it, with the leader's side: {@link KvStore} on a database of its own for each
 * life of a replica, {@link LeaseClock} by that replica's clock, and compaction of history by the leader.
 */
final class ServiceMachine implements Machine {
    /** How often a leader looks for leases that are due. */
    static final long TICK_NANOS = 200_000_000;

    /** T of all simulated runs. */
    static final long ELECTION_TIMEOUT_NANOS = 1_000_000_000;

    private static final int DUE_AT_ONCE = 3;
    private static final long REVISIONS_KEPT = 40;
    private static final int RESTORED_FROM_A_COPY_EVERY = 3;

    private final KvStore store;
    private final Path copies;
    private final LeaseClock clock = new LeaseClock();
    /** From when on each lease has its TTL, at the earliest. */
    private final Map<Long, Long> begun = new HashMap<>();
    private boolean leading;
    private long leadsSince;
    private long now;

    private ServiceMachine(KvStore store, Path copies) {
        this.store = store;
        this.copies = copies;
        store.observe(new StoreObserver() {
            @Override
            public void applied(StoreState state, List<LeaseChange> changes) {
                clock.applied(changes, now);
                changes.forEach(change -> begun.put(change.lease(), now));
            }

            @Override
            public void installed(StoreState state) {
                load();
            }
        });
    }

    /** @param parent where the databases are made */
    static Kind in(Path parent) {
        return new Kind() {
            @Override
            public Machine make() {
                try {
                    Path life = Files.createTempDirectory(parent, "life");
                    return new ServiceMachine(KvStore.open(life.resolve("state"), TestLog.SMALL), life);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public Bytes write(String key, String value) {
                throw new UnsupportedOperationException("Its clients do more: " + ServiceWorkload.class);
            }

            @Override
            public Bytes compareAndSet(String key, Seen expected, String value) {
                throw new UnsupportedOperationException("Its clients do more: " + ServiceWorkload.class);
            }

            @Override
            public Workload workload(Workload.World world) {
                return new ServiceWorkload(world);
            }

            @Override
            public long tickNanos() {
                return TICK_NANOS;
            }
        };
    }

    KvStore store() {
        return store;
    }

    KvQueries queries() {
        return store.queries();
    }

    /** A lease that should have ended by the clock of this leader, long ago, though no faults strike; in words. */
    Optional<String> overdue(long slackNanos) {
        if (!leading) {
            return Optional.empty();
        }
        for (LeaseInfo lease : queries().leases(0, 1000).leases()) {
            long from = Math.max(leadsSince + ELECTION_TIMEOUT_NANOS, begun.getOrDefault(lease.getId(), 0L));
            long late = now - from - TimeUnit.MILLISECONDS.toNanos(lease.getTtlMillis());
            if (late > slackNanos) {
                return Optional.of("lease " + lease.getId() + " is late by " + TimeUnit.NANOSECONDS.toMillis(late) + " ms");
            }
        }
        return Optional.empty();
    }

    @Override
    public long applied() {
        return store.state().appliedIndex();
    }

    @Override
    public List<Answer> apply(List<Entry> entries) {
        List<Answer> answers = new ArrayList<>();
        for (Result result : store.apply(entries)) {
            answers.add(new Answer(false, Optional.empty(), Bytes.wrap(result.toByteArray())));
        }
        return answers;
    }

    @Override
    public List<Answer> apply(List<Entry> entries, long nowNanos) {
        now = nowNanos;
        return apply(entries);
    }

    /** Now and then by way of a real copy of all files, as a snapshot takes it. */
    @Override
    public void restored(long nowNanos) {
        now = nowNanos;
        if (applied() > 0 && applied() % RESTORED_FROM_A_COPY_EVERY == 0) {
            Path copy = copies.resolve("copy");
            store.checkpoint(copy);
            store.install(copy);
        } else {
            load();
        }
    }

    private void load() {
        clock.clear();
        begun.clear();
        queries().leases(0, 1000).leases().forEach(lease -> clock.load(lease, now));
    }

    @Override
    public void leads(long epoch, long nowNanos) {
        leading = true;
        leadsSince = nowNanos;
        clock.lead(epoch, nowNanos, ELECTION_TIMEOUT_NANOS);
    }

    @Override
    public void follows() {
        leading = false;
        clock.resign();
    }

    @Override
    public void received(Bytes command, long nowNanos) {
        Command asked = Commands.parse(command);
        if (asked.hasLeaseKeepAlive()) {
            long lease = asked.getLeaseKeepAlive().getLease();
            clock.received(lease, nowNanos);
            // Counts from here, also if its entry is lost with a proposal that nobody took.
            begun.computeIfPresent(lease, (id, from) -> Math.max(from, nowNanos));
        }
    }

    @Override
    public List<Bytes> due(long nowNanos) {
        now = nowNanos;
        List<Bytes> due = new ArrayList<>();
        clock.due(nowNanos, DUE_AT_ONCE)
                .ifPresent(expire -> due.add(Bytes.wrap(
                        Command.newBuilder().setLeaseExpire(expire).build().toByteArray())));
        StoreState state = store.state();
        if (state.revision() > state.compactRevision() + 2 * REVISIONS_KEPT) {
            Compact compact = Compact.newBuilder().setRevision(state.revision() - REVISIONS_KEPT).build();
            due.add(Bytes.wrap(Command.newBuilder().setCompact(compact).build().toByteArray()));
        }
        return due;
    }

    @Override
    public long hash() {
        return store.stateHash();
    }

    @Override
    public Optional<Seen> get(String key) {
        throw new UnsupportedOperationException("Its clients do more: " + ServiceWorkload.class);
    }

    @Override
    public void close() {
        store.close();
    }
}
