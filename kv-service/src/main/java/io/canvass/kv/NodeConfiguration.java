package io.canvass.kv;

import java.util.List;
import java.util.Map;

import io.canvass.kv.api.ApiLimits;
import io.canvass.kv.cluster.ForwardService;
import io.canvass.kv.cluster.FsyncListener;
import io.canvass.kv.cluster.Replica;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.health.StorageSizes;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.runtime.RaftListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What this node is made of, and the bounds that its settings name, handed to those who keep them. */
@Configuration(proxyBeanMethods = false)
class NodeConfiguration {
    @Bean(destroyMethod = "close")
    Replica replica(ClusterPlan plan, KvProperties properties, ForwardService forwards, FsyncListener syncs) {
        Replica replica = Replica.open(plan, properties, List.of(forwards), new RaftListener() {
            @Override
            public void synced(long nanos, int writes) {
                syncs.fsyncTook(nanos, writes);
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

    @Bean
    StorageSizes storageSizes(Replica replica, KvStore store) {
        return () -> Map.of("raft", replica.logSizeBytes(), "state", store.sizeBytes());
    }

    @Bean
    ApiLimits apiLimits(KvProperties properties) {
        ApiLimits defaults = ApiLimits.defaults();
        return new ApiLimits(
                Math.toIntExact(properties.value().maxSize().toBytes()),
                defaults.maxKeyBytes(),
                defaults.defaultPageItems(),
                defaults.maxPageItems(),
                defaults.maxPageBytes(),
                properties.request().timeout());
    }
}
