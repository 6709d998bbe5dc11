package io.canvass.kv.cluster;

import java.util.List;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.disk.FreeSpace;
import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.tracing.Spans;
import org.springframework.beans.factory.ObjectProvider;
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
    FreeSpace freeSpace(KvProperties properties) {
        return FreeSpace.watch(
                List.of(properties.raftDirectory(), properties.stateDirectory()),
                properties.disk().minFree().toBytes(),
                properties.disk().interval());
    }

    @Bean
    SpaceGuard spaceGuard(FreeSpace own) {
        return new SpaceGuard(own);
    }

    @Bean
    Alarms diskAlarms(SpaceGuard space) {
        return space::alarms;
    }

    /** Needs nothing of the replica, for the same reason as {@link #forwardService}. */
    @Bean
    CheckService checkService(KvProperties properties) {
        return new CheckService(properties.check().interval(), System::nanoTime);
    }

    @Bean
    Alarms stateAlarms(CheckService checks) {
        return checks::alarms;
    }

    @Bean(destroyMethod = "close")
    ThreadDelays replicationDelays() {
        return new ThreadDelays();
    }

    /** Needs nothing of the replica, because the transport that serves it is opened before the replica is. */
    @Bean
    ForwardService forwardService(
            KvProperties properties, VersionGate versions, SpaceGuard space, LeaseTimes leases,
            ObjectProvider<Spans> spans) {
        return new ForwardService(
                properties.forward().maxInFlight(), versions, space, leases, spans.getIfAvailable(() -> Spans.OFF));
    }

    /** Needs nothing of the replica, for the same reason as {@link #forwardService}. */
    @Bean
    LeaseTimes leaseTimes() {
        return new LeaseTimes(System::nanoTime);
    }

    /** Needs nothing of the replica, for the same reason as {@link #forwardService}. */
    @Bean
    LeaseService leaseService(LeaseTimes leases) {
        return new LeaseService(leases);
    }

    /** Of requests that wait on this node; fed by the store when that is open. */
    @Bean
    QueueWatch queueWatch(KvProperties properties) {
        return new QueueWatch(properties.lock().maxWait(), properties.lock().maxWaiting());
    }

    @Bean
    LeaseDeadlines leaseDeadlines(LeaseTimes leases, RaftAccess raft, PeerAccess peers) {
        return new LeaderLeaseDeadlines(leases, raft, peers, raft.status().clusterId());
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
    WriteAttempt.Context writes(
            ClusterPlan plan,
            RaftAccess raft,
            ForwardClient forwards,
            NodeGate gate,
            ThreadDelays delays,
            VersionGate versions,
            LeaseTimes leases,
            ObjectProvider<Spans> spans) {
        return new WriteAttempt.Context(
                plan.nodeId(), raft, forwards, gate, delays, versions, leases, spans.getIfAvailable(() -> Spans.OFF));
    }

    /** @param store there wherever a replica is; what is put in its place by tests applies nothing */
    @Bean
    AppliedRevisions appliedRevisions(KvReader reader, ObjectProvider<KvStore> store, ThreadDelays delays) {
        AppliedRevisions revisions = new AppliedRevisions(reader::revision, delays);
        store.ifAvailable(applying -> applying.observe(revisions));
        return revisions;
    }

    @Bean
    Replication replication(
            ClusterPlan plan,
            KvProperties properties,
            WriteAttempt.Context context,
            WriteOutcomes outcomes,
            SpaceGuard space,
            AppliedRevisions revisions) {
        return new ReplicatedStore(
                context, plan.httpUrls(), properties.request().maxInFlight(), outcomes, space, revisions);
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
