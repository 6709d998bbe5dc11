package io.canvass.kv.health;

import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.ExpiryListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Leases that this node, while it led, ended because their time was over, and how late they were. */
final class LeaseMeters implements ExpiryListener {
    private final Counter expired;
    private final Timer lateness;

    LeaseMeters(MeterRegistry registry) {
        expired = Counter.builder("kv.lease.expired")
                .description("Leases that this node, as the leader, ended because their time was over")
                .register(registry);
        lateness = Buckets.timer(
                registry, "kv.lease.lateness", "How long after its time the latest lease of an entry was gone");
    }

    @Override
    public void ended(int leases, long lateNanos) {
        expired.increment(leases);
        lateness.record(lateNanos, TimeUnit.NANOSECONDS);
    }
}
