package io.canvass.kv.cluster;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Replication, built on this node's {@link RaftAccess} and {@link PeerAccess}. */
@Configuration(proxyBeanMethods = false)
public class ClusterConfiguration {
    @Bean
    NodeGate nodeGate() {
        return new NodeGate();
    }

    @Bean
    VersionGate versionGate() {
        return VersionGate.ofThisRelease();
    }

    @Bean
    WriteOutcomes writeOutcomes() {
        return new WriteOutcomes();
    }

    @Bean(destroyMethod = "close")
    ThreadDelays replicationDelays() {
        return new ThreadDelays();
    }

    /** Needs nothing of the replica, because the transport that serves it is opened before the replica is. */
    @Bean
    ForwardService forwardService(KvProperties properties, VersionGate versions) {
        return new ForwardService(properties.forward().maxInFlight(), versions);
    }

    @Bean(destroyMethod = "close")
    ForwardClient forwardClient(PeerAccess peers, RaftAccess raft, KvProperties properties, ThreadDelays delays) {
        KvProperties.Forward bounds = properties.forward();
        return new ForwardClient(
                peers,
                raft.status().clusterId(),
                new ForwardClient.Bounds(bounds.maxInFlight(), bounds.maxInFlightSize().toBytes()),
                delays);
    }

    @Bean
    Replication replication(
            ClusterPlan plan,
            KvProperties properties,
            RaftAccess raft,
            ForwardClient forwards,
            NodeGate gate,
            ThreadDelays delays,
            WriteOutcomes outcomes,
            VersionGate versions) {
        WriteAttempt.Context context =
                new WriteAttempt.Context(plan.nodeId(), raft, forwards, gate, delays, versions);
        return new ReplicatedStore(context, plan.httpUrls(), properties.request().maxInFlight(), outcomes);
    }

    @Bean
    NodeLifecycle nodeLifecycle(NodeGate gate) {
        return new NodeLifecycle(gate);
    }

    @Bean
    LeadershipHandover leadershipHandover(RaftAccess raft, KvProperties properties) {
        return new LeadershipHandover(raft, properties.raft().electionTimeout());
    }
}
