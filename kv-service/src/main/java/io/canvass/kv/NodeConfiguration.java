package io.canvass.kv;

import java.util.Map;

import io.canvass.kv.config.KvProperties;
import io.canvass.kv.config.RaftSettings;
import io.canvass.kv.health.StorageSizes;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.StorageIdentity;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What this node is made of, each bean opened after those it is built on and closed before them: the state machine, the Raft store,
 * the transport, the replica.
 */
@Configuration(proxyBeanMethods = false)
class NodeConfiguration {
    /** The cluster's id is the store's: what the settings say counts only while the data directory is empty. */
    @Bean
    RaftConfig raftConfig(KvProperties properties, RaftStore store) {
        StorageIdentity identity = store.identity();
        return RaftSettings.of(properties.raft(), identity.clusterId(), identity.replica());
    }

    @Bean
    StorageSizes storageSizes(RaftStore store) {
        return () -> Map.of("raft", store.sizeBytes());
    }
}
