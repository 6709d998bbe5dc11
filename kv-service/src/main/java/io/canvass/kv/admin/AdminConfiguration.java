package io.canvass.kv.admin;

import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.PeerAccess;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An operator's requests, built on this node's {@link RaftAccess} and {@link PeerAccess}. */
@Configuration(proxyBeanMethods = false)
public class AdminConfiguration {
    /** Needs nothing of the replica, because the transport that serves it is opened before the replica is. */
    @Bean
    AdminService adminService() {
        return new AdminService();
    }

    @Bean
    ClusterAdmin clusterAdmin(
            ClusterPlan plan,
            KvProperties properties,
            RaftAccess raft,
            PeerAccess peers,
            NodeGate gate,
            AdminService service) {
        Currency currency = new Currency(
                properties.raft().electionTimeout(), properties.raft().promotion().maxLag());
        LeaderAdmin leader = new LeaderAdmin(raft, plan.httpUrls(), currency);
        service.attach(leader, raft.status().clusterId());
        return new RoutedAdmin(raft, gate, leader, new AdminClient(peers), plan.httpUrls());
    }
}
