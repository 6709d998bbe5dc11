package io.canvass.kv.cluster;

import java.util.List;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.runtime.RaftListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** This node's replica, and replication built on it. */
@Configuration(proxyBeanMethods = false)
public class ClusterConfiguration {
    @Bean
    NodeGate nodeGate() {
        return new NodeGate();
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
    ForwardService forwardService(KvProperties properties) {
        return new ForwardService(properties.forward().maxInFlight());
    }

    @Bean(destroyMethod = "close")
    Replica replica(
            ClusterPlan plan, KvProperties properties, ForwardService forwards, ObjectProvider<FsyncListener> syncs) {
        Replica replica = Replica.open(plan, properties, List.of(forwards), new RaftListener() {
            @Override
            public void synced(long nanos, int writes) {
                syncs.forEach(listener -> listener.fsyncTook(nanos, writes));
            }
        });
        forwards.attach(replica);
        return replica;
    }

    /** Closed with the replica, which owns it. */
    @Bean(destroyMethod = "")
    KvStore kvStore(Replica replica) {
        return replica.store();
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
            WriteOutcomes outcomes) {
        WriteAttempt.Context context = new WriteAttempt.Context(plan.nodeId(), raft, forwards, gate, delays);
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
