package io.canvass.kv.config;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterPlanTest {
    /** As the service's application.yaml has it. */
    private static final String LOOPBACK = "server.address=127.0.0.1";
    private static final String THREE = "kv.cluster.voters=kv-0@10.0.0.1:9080,kv-1@10.0.0.2:9081=http://localhost:8082/,kv-2@[::1]:9080";

    @Test
    void withoutAnySettingANodeIsASoleVoterThatIsReachableFromThisMachineOnly() {
        ClusterPlan plan = plan();
        assertThat(plan.nodeId()).isEqualTo("kv-1");
        assertThat(plan.bootstrap().voters()).containsExactly(new Member(ReplicaKey.ofNode("kv-1"), "127.0.0.1:9080"));
        assertThat(plan.bindHost()).isEqualTo("127.0.0.1");
        assertThat(plan.bindPort()).isEqualTo(9080);
        assertThat(plan.httpUrls()).containsExactly(Map.entry("kv-1", "http://127.0.0.1:8080"));
        assertThat(plan.clusterIdIsExplicit()).isFalse();
    }

    @Test
    void twoSoleVotersAreTwoClusters() {
        assertThat(plan().clusterId()).isNotEqualTo(plan().clusterId());
    }

    @Test
    void aListNamesTheVotersAndTheirUrls() {
        ClusterPlan plan = plan(THREE, "server.port=8088");
        assertThat(plan.bootstrap().voters()).extracting(Member::address).containsExactly("10.0.0.1:9080", "10.0.0.2:9081", "[::1]:9080");
        assertThat(plan.httpUrls()).containsOnly(
                Map.entry("kv-0", "http://10.0.0.1:8088"), Map.entry("kv-1", "http://localhost:8082"), Map.entry("kv-2", "http://[::1]:8088"));
    }

    @Test
    void aListedNodeListensOnItsOwnPortOnAllAddresses() {
        ClusterPlan plan = plan(THREE);
        assertThat(plan.bindHost()).isEqualTo("0.0.0.0");
        assertThat(plan.bindPort()).isEqualTo(9081);
    }

    @Test
    void aListedNodeWhosePeersAreOnThisMachineListensOnTheLoopbackAddress() {
        assertThat(plan("kv.cluster.voters=kv-1@127.0.0.1:9080,kv-2@127.0.0.1:9081").bindHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void whereToListenCanBeSaid() {
        ClusterPlan plan = plan(THREE, "kv.peer.host=10.1.1.1", "kv.peer.port=19080");
        assertThat(plan.bindHost()).isEqualTo("10.1.1.1");
        assertThat(plan.bindPort()).isEqualTo(19080);
    }

    @Test
    void theSameVotersGiveTheSameClusterIdInWhateverOrderAndWithWhateverUrls() {
        UUID id = plan(THREE).clusterId();
        assertThat(plan("kv.cluster.voters=kv-2@[::1]:9080,kv-1@10.0.0.2:9081,kv-0@10.0.0.1:9080").clusterId()).isEqualTo(id);
        assertThat(plan("kv.cluster.voters=kv-2@[::1]:9080,kv-1@10.0.0.2:9081,kv-0@10.0.0.1:9082").clusterId()).isNotEqualTo(id);
    }

    @Test
    void anIdThatAnOperatorWroteIsExplicit() {
        ClusterPlan plan = plan(THREE, "kv.cluster.id=0c2f7a52-6f0e-4d3e-9a55-2f1d8f0f6a01");
        assertThat(plan.clusterId()).hasToString("0c2f7a52-6f0e-4d3e-9a55-2f1d8f0f6a01");
        assertThat(plan.clusterIdIsExplicit()).isTrue();
    }

    @Test
    void aNodeThatIsNotOnTheListJoinsThoseWhoAre() {
        ClusterPlan plan = plan(THREE, "kv.node.id=kv-9", "kv.peer.advertise=kv-9.example.net:9085");
        assertThat(plan.isListed()).isFalse();
        assertThat(plan.others()).extracting(member -> member.key().nodeId()).containsExactly("kv-0", "kv-1", "kv-2");
        assertThat(plan.address()).isEqualTo("kv-9.example.net:9085");
        assertThat(plan.bindHost()).isEqualTo("0.0.0.0");
        assertThat(plan.bindPort()).isEqualTo(9085);
        assertThat(plan.url()).isEqualTo("http://kv-9.example.net:8080");
        assertThat(plan.httpUrls()).containsEntry("kv-1", "http://localhost:8082");
    }

    @Test
    void whereItIsReachedFollowsFromWhereItListensOrWhereTheOthersAre() {
        assertThat(plan(THREE, "kv.node.id=kv-9", "kv.peer.host=10.0.0.9", "kv.peer.port=9099").address()).isEqualTo("10.0.0.9:9099");
        assertThat(plan(THREE, "kv.node.id=kv-9", "kv.peer.host=fd00::9").address()).isEqualTo("[fd00::9]:9080");
        ClusterPlan local = plan("kv.node.id=kv-9", "kv.cluster.voters=kv-1@127.0.0.1:9081,kv-2@localhost:9082", "kv.peer.port=9089");
        assertThat(local.address()).isEqualTo("127.0.0.1:9089");
        assertThat(local.bindHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void theUrlOfItsApiCanBeSaid() {
        assertThat(plan(THREE, "kv.node.url=https://kv.example.net/one/").url()).isEqualTo("https://kv.example.net/one");
        assertThat(plan("kv.node.url=http://localhost:8081").url()).isEqualTo("http://localhost:8081");
        assertThat(plan(THREE).url()).isEqualTo("http://localhost:8082");
    }

    @Test
    void aSoleVoterThatOthersAreToJoinSaysWhereItIs() {
        ClusterPlan plan = plan("kv.peer.advertise=10.0.0.7:9087");
        assertThat(plan.bootstrap().voters()).containsExactly(new Member(ReplicaKey.ofNode("kv-1"), "10.0.0.7:9087"));
        assertThat(plan.bindHost()).isEqualTo("0.0.0.0");
        assertThat(plan.bindPort()).isEqualTo(9087);
        assertThat(plan.url()).isEqualTo("http://10.0.0.7:8080");
        assertThat(plan.others()).isEmpty();
        assertThat(plan.isListed()).isTrue();
    }

    @Test
    void theDefaultsAreTheBoundsOfAProductionReplica() {
        AtomicReference<KvProperties> properties = new AtomicReference<>();
        new ApplicationContextRunner()
                .withPropertyValues(LOOPBACK)
                .withUserConfiguration(ConfigConfiguration.class)
                .run(context -> properties.set(context.getBean(KvProperties.class)));
        UUID cluster = new UUID(1, 2);
        ReplicaKey self = new ReplicaKey("kv-1", new UUID(3, 4));
        KvProperties.Raft raft = properties.get().raft();
        KvProperties.ReadLease on = new KvProperties.ReadLease(true, Duration.ofMillis(300));
        assertThat(RaftSettings.of(raft, on, cluster, self))
                .isEqualTo(RaftConfig.of(cluster, self, 1_000_000_000L).withLease(700_000_000L));
        assertThat(RaftSettings.of(raft, properties.get().read().lease(), cluster, self)).isEqualTo(RaftConfig.of(cluster, self, 1_000_000_000L));
    }

    @Test
    void settingsCanComeFromTheEnvironmentWhereForeignNamesAreNoMistakes() {
        Map<String, Object> variables = Map.of(
                "KV_NODE_ID", "kv-0",
                "KV_DATA_DIR", "/var/lib/canvass",
                "KV_CLUSTER_VOTERS", "kv-0@kv-0:9080=http://localhost:8081,kv-1@kv-1:9080=http://localhost:8082",
                "KV_SERVICE_HOST", "10.96.0.17");
        new ApplicationContextRunner()
                .withPropertyValues(LOOPBACK)
                .withUserConfiguration(ConfigConfiguration.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables)))
                .run(context -> {
                    assertThat(context.getBean(ClusterPlan.class).httpUrls())
                            .containsOnly(Map.entry("kv-0", "http://localhost:8081"), Map.entry("kv-1", "http://localhost:8082"));
                    assertThat(context.getBean(KvProperties.class).raftDirectory()).hasToString("/var/lib/canvass/raft");
                });
    }

    private static ClusterPlan plan(String... settings) {
        AtomicReference<ClusterPlan> plan = new AtomicReference<>();
        new ApplicationContextRunner()
                .withPropertyValues(LOOPBACK)
                .withUserConfiguration(ConfigConfiguration.class)
                .withPropertyValues(settings)
                .run(context -> plan.set(context.getBean(ClusterPlan.class)));
        return plan.get();
    }
}
