package io.canvass.kv.health;

import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.FsyncListener;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** How long the Raft store's synced writes take, and how many each joins. */
final class AppendMeters implements FsyncListener {
    private final Timer fsync;
    private final DistributionSummary batch;

    AppendMeters(MeterRegistry registry) {
        fsync = Timer.builder("kv.raft.append.fsync")
                .description("Synced writes of the Raft store")
                .publishPercentileHistogram()
                .register(registry);
        batch = DistributionSummary.builder("kv.raft.append.batch")
                .description("Writes joined in one synced write")
                .register(registry);
    }

    @Override
    public void fsyncTook(long nanos, int writes) {
        fsync.record(nanos, TimeUnit.NANOSECONDS);
        batch.record(writes);
    }
}
