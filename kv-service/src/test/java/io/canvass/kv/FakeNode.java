package io.canvass.kv;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.cluster.ClusterConfiguration;
import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.PeerAccess;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.config.ConfigConfiguration;
import io.canvass.kv.health.HealthConfiguration;
import io.canvass.kv.health.StorageSizes;
import io.canvass.kv.members.MemberState;
import io.canvass.kv.members.Members;
import io.canvass.kv.store.KvReader;
import io.canvass.raft.core.Bytes;
import io.grpc.Channel;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The service as it is wired, around a replica that is told what to say. */
@TestConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ConfigConfiguration.class, ClusterConfiguration.class, HealthConfiguration.class, StartLine.class})
class FakeNode {
    @Bean
    FakeRaft raft() {
        return new FakeRaft(Statuses.follower().get());
    }

    @Bean
    PeerAccess peers() {
        return new PeerAccess() {
            @Override
            public Channel channelTo(String nodeId) {
                throw new IllegalArgumentException("no peer " + nodeId);
            }

            @Override
            public Map<String, Long> refusals() {
                return Map.of("inconsistent_cluster_id", 2L);
            }
        };
    }

    @Bean
    Members members() {
        return MemberState.Member::new;
    }

    @Bean
    StorageSizes sizes() {
        return () -> Map.of("raft", 4096L, "state", 8192L);
    }

    @Bean
    KvReader store() {
        return new KvReader() {
            @Override
            public Lookup get(Bytes key) {
                return new Lookup(1044, Optional.empty());
            }

            @Override
            public Page range(Bytes prefix, int limit, long maxBytes) {
                return new Page(1044, List.of(), false);
            }

            @Override
            public long revision() {
                return 1044;
            }

            @Override
            public long compactRevision() {
                return 900;
            }
        };
    }
}
