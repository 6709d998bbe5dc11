package io.canvass.kv.health;

import java.util.LinkedHashMap;
import java.util.Map;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.disk.FreeSpace;
import io.canvass.raft.runtime.RaftStatus;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** Does the disk take writes, and how full is it? Its free space is as it was last measured, on another thread. */
final class StorageHealth implements HealthIndicator {
    private final RaftAccess raft;
    private final StorageSizes sizes;
    private final FreeSpace space;
    private final String directory;
    private final Limits limits;

    StorageHealth(RaftAccess raft, StorageSizes sizes, FreeSpace space, String directory, Limits limits) {
        this.raft = raft;
        this.sizes = sizes;
        this.space = space;
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
                .withDetail("free", space.disks().stream().map(StorageHealth::free).toList())
                .withDetail("durableIndex", status.log().durableIndex())
                .withDetail("stalledWriteMs", status.stalledWriteMillis());
        status.halted().ifPresent(why -> health.withDetail("halted", why));
        return health.build();
    }

    private static Map<String, Object> free(FreeSpace.Disk disk) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("directory", disk.directory().toString());
        row.put("freeBytes", disk.freeBytes());
        row.put("totalBytes", disk.totalBytes());
        row.put("keptFreeBytes", disk.reserveBytes());
        row.put("low", disk.low());
        return row;
    }
}
