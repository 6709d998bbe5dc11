package io.canvass.kv;

import java.util.Map;

import io.canvass.kv.cluster.Replica;
import io.canvass.kv.health.StorageSizes;
import io.canvass.kv.health.StoreMeters;
import io.canvass.kv.store.KvStore;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tells health and metrics what the two stores of this node hold. */
@Configuration(proxyBeanMethods = false)
class NodeConfiguration {
    @Bean
    StorageSizes storageSizes(Replica replica, KvStore store) {
        return () -> Map.of("raft", replica.logSizeBytes(), "state", store.sizeBytes());
    }

    @Bean
    MeterBinder storeMeters(KvStore store) {
        return new StoreMeters(store);
    }
}
