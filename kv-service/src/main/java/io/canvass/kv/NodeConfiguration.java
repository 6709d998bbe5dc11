package io.canvass.kv;

import java.util.Map;

import io.canvass.kv.cluster.Replica;
import io.canvass.kv.health.StorageSizes;
import io.canvass.kv.store.KvStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tells health how much the two stores of this node hold. */
@Configuration(proxyBeanMethods = false)
class NodeConfiguration {
    @Bean
    StorageSizes storageSizes(Replica replica, KvStore store) {
        return () -> Map.of("raft", replica.logSizeBytes(), "state", store.sizeBytes());
    }
}
