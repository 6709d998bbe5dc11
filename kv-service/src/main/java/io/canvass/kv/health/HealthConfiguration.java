package io.canvass.kv.health;

import java.nio.file.Path;
import java.util.Map;

import io.canvass.kv.cluster.Alarms;
import io.canvass.kv.cluster.ExpiryListener;
import io.canvass.kv.cluster.LeaseTimes;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.PeerAccess;
import io.canvass.kv.cluster.QueueWatch;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.cluster.WriteOutcomes;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.Exposure;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.disk.FreeSpace;
import io.canvass.kv.members.Members;
import io.canvass.kv.store.KvReader;
import io.canvass.raft.runtime.RaftListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Indicators, endpoint and meters. A bean's name is what {@code management.endpoint.health.group} includes, without its suffix. */
@Configuration(proxyBeanMethods = false)
public class HealthConfiguration {
    @Bean
    NodeHealth nodeHealth(
            RaftAccess raft,
            NodeGate gate,
            Members members,
            KvReader store,
            ClusterPlan plan,
            KvProperties properties,
            ObjectProvider<Alarms> alarms) {
        return new NodeHealth(
                raft, gate, members, store, plan.httpUrls(), Limits.of(properties), alarms.orderedStream().toList());
    }

    @Bean
    HealthIndicator raftHealthIndicator(NodeHealth node) {
        return node::cluster;
    }

    @Bean
    HealthIndicator raftReadyHealthIndicator(NodeHealth node) {
        return node::readiness;
    }

    @Bean
    HealthIndicator raftLoopHealthIndicator(NodeHealth node, ApplicationEventPublisher publisher) {
        return new LoopHealth(node, publisher);
    }

    @Bean
    HealthIndicator storageHealthIndicator(RaftAccess raft, StorageSizes sizes, FreeSpace space, KvProperties properties) {
        String directory = Path.of(properties.dataDir()).toAbsolutePath().normalize().toString();
        return new StorageHealth(raft, sizes, space, directory, Limits.of(properties));
    }

    @Bean
    RaftEndpoint raftEndpoint(NodeHealth node) {
        return new RaftEndpoint(node);
    }

    @Bean
    MeterBinder raftMeters(RaftAccess raft, NodeHealth node, PeerAccess peers, WriteOutcomes writes, StorageSizes sizes) {
        return new RaftMeters(raft, node, peers, writes, sizes);
    }

    @Bean
    MeterBinder diskMeters(FreeSpace space) {
        return new DiskMeters(space);
    }

    @Bean
    MeterBinder queueMeters(RaftAccess raft) {
        return new QueueMeters(raft);
    }

    /** Needs nothing of the replica: it is handed to the replica when that is opened. */
    @Bean
    RaftListener replicaMeters(MeterRegistry registry) {
        return new ReplicaMeters(registry);
    }

    /** Needs nothing of the replica, for the same reason. */
    @Bean
    RaftListener peerMeters(MeterRegistry registry, ClusterPlan plan, ObjectProvider<RaftAccess> raft) {
        return new PeerMeters(registry, plan.nodeId(), raft::getObject);
    }

    @Bean
    InfoContributor buildInfo(ObjectProvider<BuildProperties> build, KvProperties properties) {
        return new BuildInfo(build.getIfAvailable(), properties.raft().protocolVersion());
    }

    @Bean
    ExpiryListener expiryListener(MeterRegistry registry) {
        return new LeaseMeters(registry);
    }

    @Bean
    MeterBinder leaseCounts(LeaseTimes leases, QueueWatch queues) {
        return registry -> {
            Gauge.builder("kv.lease.count", leases, LeaseTimes::size)
                    .description("Leases that exist, those of keys and locks of their own included")
                    .register(registry);
            Gauge.builder("kv.lock.waiting", queues, QueueWatch::count)
                    .description("Requests that wait for a lock or an election on this node")
                    .register(registry);
        };
    }

    /** Never DOWN: nothing that a restart or another node would mend. */
    @Bean
    HealthIndicator securityHealthIndicator(Exposure exposure) {
        Health.Builder health = Health.up()
                .withDetail("authentication", exposure.authentication() ? "on" : "off");
        Health told = exposure.isOpenToStrangers()
                ? health.withDetail("warning", "Everybody who reaches this node may do everything"
                        + " (kv.security.insecure=true).").build()
                : health.build();
        return () -> told;
    }
}
