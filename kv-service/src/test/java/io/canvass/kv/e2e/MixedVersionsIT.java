package io.canvass.kv.e2e;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A rolling upgrade stopped half-way: one of three nodes speaks the protocol of before Pre-Vote. */
@Timeout(600)
class MixedVersionsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** An answer may come just when the round it belongs to has run out of time; not so often. */
    private static final int ATTEMPTS = 10;

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.withOldPeer(3);

    @Test
    @Tag("long")
    void oneOldPeerOfThreeKeepsNobodyFromElectingAndTheFallbackIsUsed() {
        LocalNode old = cluster.nodes().getFirst();
        assertThat(preVote(old).path("enabled").asBoolean(true)).as("Pre-Vote of the old peer").isFalse();
        try (Workload workload = Workload.on(cluster.urls())) {
            electWithTheOldPeerAlone(old, cluster.nodes().getLast());
            workload.awaitProgress();

            LocalNode killed = cluster.awaitLeader();
            long epoch = killed.health().epoch();
            killed.kill();
            workload.awaitProgress();
            LocalNode next = cluster.awaitLeader();
            assertThat(next).isNotSameAs(killed);
            assertThat(next.health().epoch()).isGreaterThan(epoch);

            killed.start();
            killed.awaitReady();
            workload.awaitProgress();
            cluster.awaitLeader();
            cluster.nodes().forEach(workload::verify);
        }
        assertThat(preVote(old).path("roundsTotal").asLong(-1)).as("pre-votes of the old peer").isZero();
        StoredStates.assertSame(cluster);
    }

    /** With the third node gone, one that knows Pre-Vote has but the old peer to ask, and that does not understand. */
    private void electWithTheOldPeerAlone(LocalNode old, LocalNode asker) {
        LocalNode third = cluster.others(old).filter(node -> node != asker).findFirst().orElseThrow();
        cluster.awaitLeader();
        third.kill();
        for (int attempt = 0; fallbacks(asker) == 0; attempt++) {
            assertThat(attempt).as("times that the old peer was asked and nothing came of it").isLessThan(ATTEMPTS);
            old.pause();
            await(asker + " canvasses").atMost(LIMIT).until(() -> asker.health().role().equals("PROSPECTIVE"));
            old.resume();
            cluster.awaitLeader();
        }
        third.start();
        third.awaitReady();
        cluster.awaitLeader();
    }

    /** Rounds of pre-votes that ended because a peer does not know them. */
    private static double fallbacks(LocalNode node) {
        return node.http().get(node.url() + "/actuator/prometheus").body().lines()
                .filter(line -> line.startsWith("kv_raft_elections_total{")
                        && line.contains("phase=\"prevote\"")
                        && line.contains("outcome=\"unsupported_version\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static JsonNode preVote(LocalNode node) {
        return node.http().get(node.url() + Health.PATH).json().path("details").path("preVote");
    }
}
