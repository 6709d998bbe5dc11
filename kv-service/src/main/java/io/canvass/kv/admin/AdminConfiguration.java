package io.canvass.kv.admin;

import io.canvass.kv.cluster.NodeAlarms;
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
    /** A member that takes longer to tell its alarms, which it does from memory, counts as silent. */
    private static final long ALARMS_MILLIS = 2000;

    /** Needs nothing of the replica, because the transport that serves it is opened before the replica is. */
    @Bean
    AdminService adminService() {
        return new AdminService();
    }

    /** Needs nothing of the replica, for the same reason as {@link #adminService}. */
    @Bean
    AlarmService alarmService() {
        return new AlarmService();
    }

    @Bean
    ClusterAlarms clusterAlarms(RaftAccess raft, PeerAccess peers, NodeAlarms here, AlarmService service) {
        service.attach(here, raft.status().clusterId());
        return new MemberAlarms(raft, peers, here, ALARMS_MILLIS);
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
