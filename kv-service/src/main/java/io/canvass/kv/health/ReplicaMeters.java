package io.canvass.kv.health;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.runtime.Election;
import io.canvass.raft.runtime.RaftListener;
import io.canvass.raft.runtime.SnapshotEnding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/** What the replica's work takes, told as it happens; once for each batch, not for each entry. */
final class ReplicaMeters implements RaftListener {
    private final Timer fsync;
    private final DistributionSummary batch;
    private final Timer append;
    private final Timer commit;
    private final Timer apply;
    private final DistributionSummary applied;
    private final Timer readIndex;
    private final Timer leaderless;
    private final Map<Election.Cause, Counter> elections = new EnumMap<>(Election.Cause.class);
    private final Map<SnapshotEnding, Counter> sent;
    private final Map<SnapshotEnding, Counter> taken;

    ReplicaMeters(MeterRegistry registry) {
        fsync = Buckets.timer(registry, "kv.raft.append.fsync", "Synced writes of the Raft store");
        append = Buckets.timer(
                registry, "kv.raft.append", "From handing the oldest write of a batch to the log's writer until it is durable");
        commit = Buckets.timer(
                registry, "kv.raft.commit", "On the leader: from appending proposals until they are committed");
        apply = Buckets.timer(registry, "kv.raft.apply", "Applying one batch of entries to the state machine");
        readIndex = Buckets.timer(
                registry, "kv.raft.read.index", "From asking until reads were told from which index on they are linearizable");
        leaderless = Buckets.timer(registry, "kv.raft.leaderless", "Times without a known leader, each counted when it is over");
        batch = summary(registry, "kv.raft.append.batch", "Writes joined in one synced write");
        applied = summary(registry, "kv.raft.apply.batch", "Entries applied at once");
        for (Election.Cause cause : Election.Cause.values()) {
            elections.put(
                    cause,
                    Counter.builder("kv.raft.leader.changes")
                            .tag("cause", lower(cause))
                            .description("Elections that are over, as this node saw them, by why they began")
                            .register(registry));
        }
        sent = snapshots(registry, "sent");
        taken = snapshots(registry, "taken");
    }

    private static DistributionSummary summary(MeterRegistry registry, String name, String description) {
        return DistributionSummary.builder(name).description(description).register(registry);
    }

    private static Map<SnapshotEnding, Counter> snapshots(MeterRegistry registry, String direction) {
        Map<SnapshotEnding, Counter> counters = new EnumMap<>(SnapshotEnding.class);
        for (SnapshotEnding ending : SnapshotEnding.values()) {
            counters.put(
                    ending,
                    Counter.builder("kv.raft.snapshots")
                            .tag("direction", direction)
                            .tag("outcome", lower(ending))
                            .description("Snapshots between this node and its peers that ended")
                            .register(registry));
        }
        return counters;
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void synced(long nanos, int writes) {
        fsync.record(nanos, TimeUnit.NANOSECONDS);
        batch.record(writes);
    }

    @Override
    public void appended(long nanos) {
        append.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void committed(long nanos) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void applied(long nanos, int entries) {
        apply.record(nanos, TimeUnit.NANOSECONDS);
        applied.record(entries);
    }

    @Override
    public void readConfirmed(long nanos) {
        readIndex.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void electionEnded(Election election) {
        leaderless.record(election.tookMillis(), TimeUnit.MILLISECONDS);
        increment(elections.get(election.cause()));
    }

    @Override
    public void snapshotSent(SnapshotEnding how) {
        increment(sent.get(how));
    }

    @Override
    public void snapshotTaken(SnapshotEnding how) {
        increment(taken.get(how));
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
