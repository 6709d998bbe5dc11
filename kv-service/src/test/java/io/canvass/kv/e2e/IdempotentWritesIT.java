package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whatever happens to the nodes: a write with an Idempotency-Key is applied once and keeps its first receipt. */
@Timeout(600)
class IdempotentWritesIT {
    private static final String[] KEY = {"Idempotency-Key", "\"4f1c9b\""};
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            3, "--kv.raft.log.compact-entries=200", "--kv.raft.log.keep-entries=50", "--kv.request.timeout=3s");

    @Test
    void whatEndedInAnUnknownOutcomeIsAddedOnceHoweverOftenItIsSent() {
        LocalNode leader = awaitLeaderThatTakesKeys();
        List<LocalNode> others = cluster.others(leader).toList();
        try (Http http = new Http(PATIENCE)) {
            others.forEach(LocalNode::pause);
            Http.Reply unknown = http.post(leader.url() + "/v1/counters/sold?add=1", KEY);
            assertThat(unknown.status()).as(unknown.body()).isEqualTo(504);
            assertThat(unknown.json().path("outcome").asString()).isEqualTo("unknown");
            assertThat(unknown.json().path("retryable").asBoolean()).isTrue();
            others.forEach(LocalNode::resume);

            String first = added(http, others.getFirst());
            assertThat(first).contains("\"value\":1,");
            for (LocalNode node : cluster.nodes()) {
                assertThat(added(http, node)).isEqualTo(first);
            }
            LocalNode now = cluster.awaitLeader();
            now.kill();
            LocalNode another = cluster.others(now).findFirst().orElseThrow();
            assertThat(added(http, another)).isEqualTo(first);
            assertThat(http.get(another.url() + "/v1/counters/sold").json().path("value").asInt()).isEqualTo(1);
        }
    }

    @Test
    @Tag("long")
    void theFirstReceiptOutlivesSnapshotsAndRestarts() {
        LocalNode leader = awaitLeaderThatTakesKeys();
        LocalNode away = cluster.others(leader).findFirst().orElseThrow();
        LocalNode third = cluster.others(leader).filter(node -> node != away).findFirst().orElseThrow();
        try (Http http = new Http(PATIENCE)) {
            away.kill();
            String first = added(http, third);
            long written = log(leader, "lastIndex");
            // Then no log has that entry any more, and nothing but a snapshot brings the receipt to who was away.
            await("logs that begin later")
                    .atMost(LocalNode.START_LIMIT)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        http.put(third.url() + "/v1/kv/k", "v");
                        return log(leader, "snapshotIndex") > written && log(third, "snapshotIndex") > written;
                    });
            away.start();
            away.awaitReady();
            await("a snapshot for " + away.id())
                    .atMost(LocalNode.START_LIMIT)
                    .until(() -> log(away, "snapshotIndex") > written);
            await("leadership of " + away.id()).atMost(LocalNode.START_LIMIT).until(() -> {
                http.send("POST", leader.url() + "/v1/cluster/leader", "{\"to\":\"" + away.id() + "\"}");
                return cluster.awaitLeader() == away;
            });
            assertThat(added(http, away)).isEqualTo(first);

            cluster.nodes().parallelStream().forEach(LocalNode::kill);
            cluster.nodes().forEach(LocalNode::start);
            cluster.nodes().forEach(LocalNode::awaitReady);
            for (LocalNode node : cluster.nodes()) {
                assertThat(added(http, node)).isEqualTo(first);
            }
        }
    }

    /** What the members speak must be written down before some are taken away, or such a write waits for them. */
    private LocalNode awaitLeaderThatTakesKeys() {
        return await("an addition is taken")
                .atMost(LocalNode.START_LIMIT)
                .until(cluster::awaitLeader, leader -> leader.http()
                        .post(leader.url() + "/v1/counters/other?add=1")
                        .isSuccess());
    }

    private static long log(LocalNode node, String what) {
        return node.http().get(node.url() + Health.PATH).json().path("details").path("log").path(what).asLong();
    }

    /** What a client does that has such a key: it sends the request again until it is answered. */
    private static String added(Http http, LocalNode node) {
        return await("an answer of " + node.id())
                .atMost(LocalNode.START_LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> http.post(node.url() + "/v1/counters/sold?add=1", KEY), Http.Reply::isSuccess)
                .body();
    }
}
