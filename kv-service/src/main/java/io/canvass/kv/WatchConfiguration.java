package io.canvass.kv;

import io.canvass.kv.api.watch.WatchTimes;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchLimits;
import io.canvass.kv.watch.WatchMeters;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Joins the hub of all watches to the store and to the settings. */
@Configuration(proxyBeanMethods = false)
class WatchConfiguration {
    /** After so many election timeouts without a leader, a stream that asked for one ends; as readiness judges. */
    private static final int LEADERLESS_TIMEOUTS = 3;

    @Bean(destroyMethod = "close")
    WatchHub watchHub(KvStore store, KvProperties properties) {
        KvProperties.Watch bounds = properties.watch();
        WatchHub hub = new WatchHub(
                store.queries(),
                new WatchLimits(
                        bounds.maxStreams(),
                        bounds.bufferSize().toBytes(),
                        bounds.bufferRevisions(),
                        bounds.maxBufferedSize().toBytes()));
        store.observe(hub);
        hub.start();
        return hub;
    }

    @Bean
    WatchMeters watchMeters(WatchHub hub) {
        return new WatchMeters(hub);
    }

    @Bean
    WatchTimes watchTimes(KvProperties properties) {
        return new WatchTimes(
                properties.watch().progressInterval(),
                properties.watch().maxWait(),
                properties.raft().electionTimeout().multipliedBy(LEADERLESS_TIMEOUTS));
    }
}
