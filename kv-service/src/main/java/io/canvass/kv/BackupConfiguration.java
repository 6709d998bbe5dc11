package io.canvass.kv;

import java.io.IOException;
import java.time.Clock;

import io.canvass.kv.backup.Backups;
import io.canvass.kv.cluster.Replica;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Snapshots for people, of this node's replica. */
@Configuration(proxyBeanMethods = false)
class BackupConfiguration {
    /** Closed before the replica is, so that no snapshot under way holds up its end. */
    @Bean(destroyMethod = "close")
    Backups backups(Replica replica, ClusterPlan plan, KvProperties properties) throws IOException {
        KvProperties.Backup bounds = properties.backup();
        return new Backups(
                replica::copyState,
                () -> replica.status().clusterId(),
                plan.nodeId(),
                new Backups.Limits(bounds.bytesPerSecond(), bounds.maxDuration(), bounds.maxVerifySize().toBytes()),
                properties.snapshotDirectory().resolve("verifying"),
                Clock.systemUTC());
    }
}
