package io.canvass.kv.health;

import java.util.Map;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.raft.runtime.RaftStatus;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** Does the disk take writes? Its free space is not asked for: that would be I/O, and on a hung disk would hang too. */
final class StorageHealth implements HealthIndicator {
    private final RaftAccess raft;
    private final StorageSizes sizes;
    private final String directory;
    private final Limits limits;

    StorageHealth(RaftAccess raft, StorageSizes sizes, String directory, Limits limits) {
        this.raft = raft;
        this.sizes = sizes;
        this.directory = directory;
        this.limits = limits;
    }

    @Override
    public Health health() {
        RaftStatus status = raft.status();
        boolean works = status.halted().isEmpty() && status.stalledWriteMillis() <= limits.stuckMillis();
        Health.Builder health = Health.status(works ? Status.UP : Status.DOWN)
                .withDetail("directory", directory)
                .withDetail("bytes", Map.copyOf(sizes.bytes()))
                .withDetail("durableIndex", status.log().durableIndex())
                .withDetail("stalledWriteMs", status.stalledWriteMillis());
        status.halted().ifPresent(why -> health.withDetail("halted", why));
        return health.build();
    }
}
