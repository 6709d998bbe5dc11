package io.canvass.kv.members;

import io.canvass.kv.cluster.Begin;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Replica;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.transport.PeerSecurity;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How this node begins, and its membership while it runs. */
@Configuration(proxyBeanMethods = false)
public class MembersConfiguration {
    @Bean
    MembershipBoard members() {
        return new MembershipBoard();
    }

    @Bean
    Begin begin(ClusterPlan plan, KvProperties properties, MembershipBoard board, PeerSecurity security) {
        return new NodeStart(plan, properties, board, security);
    }

    /** Needs nothing of the replica, because the transport that serves it is opened before the replica is. */
    @Bean
    MembersService membersService() {
        return new MembersService();
    }

    @Bean(destroyMethod = "close")
    MembersNode membersNode(
            ClusterPlan plan,
            KvProperties properties,
            Replica replica,
            NodeGate gate,
            MembershipBoard board,
            MembersService service,
            PeerSecurity security) {
        About self = About.self(plan, properties);
        boolean autoJoin = properties.cluster().autoJoin();
        MemberCalls calls = new MemberCalls(security);
        Applicants applicants = new Applicants(calls::discover, autoJoin, System::nanoTime);
        MemberKeeper keeper = new MemberKeeper(
                replica,
                applicants,
                new Acquaintances(calls::discover, System::nanoTime),
                self,
                properties.raft().promotion().maxLag(),
                System::nanoTime);
        boolean founder = MemberKeeper.memberOf(replica.bootstrap(), plan.nodeId()).isPresent();
        MembersNode node = new MembersNode(
                new MembersNode.Parts(
                        plan,
                        self,
                        replica,
                        gate,
                        board,
                        new RemovedMarker(properties.removedFile()),
                        calls,
                        keeper,
                        applicants,
                        new Joiner(replica, calls::join, plan.address(), self, autoJoin, founder),
                        new RemovalInquiry(replica, calls::discover, System::nanoTime, founder)),
                replica.bootstrap());
        service.attach(node);
        node.start();
        return node;
    }
}
