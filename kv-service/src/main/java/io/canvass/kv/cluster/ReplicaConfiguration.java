package io.canvass.kv.cluster;

import java.util.List;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.runtime.RaftListener;
import io.grpc.BindableService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** This node's replica, opened with the first bean that needs it and closed after the last. */
@Configuration(proxyBeanMethods = false)
public class ReplicaConfiguration {
    @Bean(destroyMethod = "close")
    Replica replica(
            ClusterPlan plan,
            KvProperties properties,
            Begin begin,
            ForwardService forwards,
            ObjectProvider<BindableService> services,
            ObjectProvider<FsyncListener> syncs) {
        // Looked up once, not at each sync.
        List<FsyncListener> listeners = syncs.orderedStream().toList();
        Replica replica = Replica.open(plan, properties, begin, services.orderedStream().toList(), new RaftListener() {
            @Override
            public void synced(long nanos, int writes) {
                listeners.forEach(listener -> listener.fsyncTook(nanos, writes));
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
}
