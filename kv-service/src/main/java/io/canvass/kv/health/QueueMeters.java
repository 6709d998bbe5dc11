package io.canvass.kv.health;

import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.raft.runtime.ReplicaQueues;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** What waits in the replica, and how far snapshots are. Counted when it is scraped. */
final class QueueMeters implements MeterBinder {
    private final RaftAccess raft;

    QueueMeters(RaftAccess raft) {
        this.raft = raft;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        queue(registry, "inbox", ReplicaQueues::inbox);
        queue(registry, "log_writer", ReplicaQueues::writes);
        queue(registry, "outbox", ReplicaQueues::held);
        queue(registry, "proposals", ReplicaQueues::proposals);
        queue(registry, "reads", ReplicaQueues::reads);
        queue(registry, "apply", ReplicaQueues::apply);
        Gauge.builder("kv.raft.apply.waiting", raft, r -> r.queues().applyBytes())
                .baseUnit("bytes")
                .description("Committed entries in memory that wait to be applied")
                .register(registry);
        Gauge.builder("kv.raft.snapshots.sending", raft, r -> r.queues().snapshotsSent())
                .description("Snapshots that are being sent to peers")
                .register(registry);
        progress(registry, "sent", ReplicaQueues::sentPart);
        progress(registry, "taken", ReplicaQueues::takenPart);
    }

    private void queue(MeterRegistry registry, String name, ToDoubleFunction<ReplicaQueues> depth) {
        Gauge.builder("kv.raft.queue", raft, r -> depth.applyAsDouble(r.queues()))
                .tag("queue", name)
                .description("What waits there")
                .register(registry);
    }

    private void progress(MeterRegistry registry, String direction, Function<ReplicaQueues, OptionalDouble> part) {
        Gauge.builder("kv.raft.snapshot.progress", raft, r -> part.apply(r.queues()).orElse(Double.NaN))
                .tag("direction", direction)
                .description("How much of the snapshot under way is there, from 0 to 1; not a number if none is")
                .register(registry);
    }
}
