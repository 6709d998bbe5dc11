package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(300)
class HealthIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    @Test
    void everyNodeNamesTheSameLeaderAndWhoCanBeReached() {
        LocalNode leader = cluster.awaitLeader();
        awaitTruth(cluster.nodes());

        LocalNode gone = cluster.others(leader).findFirst().orElseThrow();
        List<LocalNode> rest = cluster.others(gone).toList();
        gone.kill();
        awaitTruth(rest);
        assertThat(gone.health().status()).as("the answer of a node that was killed").isEmpty();
    }

    @Test
    void theLastOfThreeSaysThatItHasNoLeaderAndWhoIsMissing() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode survivor = cluster.others(leader).findFirst().orElseThrow();
        List<LocalNode> dead = cluster.others(survivor).toList();
        dead.parallelStream().forEach(LocalNode::kill);

        await().atMost(LIMIT).untilAsserted(() -> {
            Health health = survivor.health();
            assertThat(health.status()).isEqualTo("DOWN");
            assertThat(health.leader()).as("the leader in %s", health.text()).isEmpty();
            assertThat(health.reachable()).isEqualTo(1);
            assertThat(health.hasLeader())
                    .as("why there is no leader")
                    .contains(dead.get(0).id(), dead.get(1).id());
        });
        await("readiness ends").atMost(LIMIT).until(() -> !survivor.isReady());
        assertThat(survivor.isLive()).as("liveness, for a restart could not help").isTrue();

        dead.forEach(LocalNode::start);
        dead.forEach(LocalNode::awaitReady);
        survivor.awaitReady();
        cluster.awaitLeader();
        assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.health().hasLeader()).isEqualTo("ok"));
    }

    @Test
    void aLeaderThatLosesItsFollowersResignsAndSaysWhy() {
        LocalNode leader = cluster.awaitLeader();
        List<LocalNode> followers = cluster.others(leader).toList();
        followers.forEach(LocalNode::pause);
        await().atMost(LIMIT).untilAsserted(() -> {
            Health health = leader.health();
            assertThat(health.status()).isEqualTo("DOWN");
            assertThat(health.leads()).as("still leads without a quorum").isFalse();
            assertThat(health.hasLeader())
                    .contains(followers.get(0).id(), followers.get(1).id());
        });
        followers.forEach(LocalNode::resume);
        cluster.awaitLeader();
    }

    /** Waits until all that run agree on one of them as the leader, follow it, and see as many as there are. */
    private void awaitTruth(List<LocalNode> running) {
        await().atMost(LIMIT).untilAsserted(() -> {
            LocalNode leader = cluster.awaitLeaderOf(running);
            assertThat(running).allSatisfy(node -> {
                Health health = node.health();
                assertThat(health.isUp()).isTrue();
                assertThat(health.reachable()).isEqualTo(running.size());
                assertThat(health.hasLeader()).isEqualTo("ok");
                assertThat(node == leader ? health.leads() : health.follows(leader.id())).isTrue();
                assertThat(node.isReady() && node.isLive()).isTrue();
            });
        });
    }
}
