package io.canvass.kv;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.runtime.RaftListener;
import io.canvass.raft.runtime.RoundOutcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** What an operator with curl meets: OPERATIONS.md, sections 1 and 2. */
class OperationsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static ConfigurableApplicationContext node;

    @BeforeAll
    static void start() {
        node = SpringApplication.run(FakeNode.class, "--server.port=0");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void healthy() {
        raft().status(Statuses.follower());
    }

    @Test
    void theHealthOfTheClusterShowsItsDetailsToAnyone() throws Exception {
        assertThat(get("/actuator/health/cluster/raft").body()).contains("\"leader\":{\"id\":\"kv-0\"", "\"epoch\":7", "\"preVote\":{");
        assertThat(get("/actuator/health/cluster").body())
                .contains("\"raft\":{", "\"storage\":{", "\"bytes\":{", "\"stalledWriteMs\":0", "\"revision\":1044", "\"free\":[{", "\"low\":false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness", "/livez", "/readyz"})
    void allOtherHealthIsAWordWithoutDetails(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"status\":\"UP\"").doesNotContain("details", "components", "kv-0");
    }

    @Test
    void withoutALeaderTheNodeIsAliveAndNotReadyAndTheClusterSaysWhy() throws Exception {
        raft().status(Statuses.follower().role(RoleName.PROSPECTIVE).noLeader(9000).peers(Statuses.peer(0, 9000, false)));
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        HttpResponse<String> cluster = get("/actuator/health/cluster/raft");
        assertThat(cluster.statusCode()).isEqualTo(503);
        assertThat(cluster.body()).contains("kv-0 not reachable since 9 s");
    }

    @Test
    void aStuckLoopIsTheOnlyThingThatLivenessMinds() throws Exception {
        raft().status(Statuses.follower().loopAge(30_001));
        assertThat(get("/livez").statusCode()).isEqualTo(503);
    }

    @Test
    void theRaftEndpointShowsTheReportAndTheTwoViewsOfKRaftsTool() throws Exception {
        assertThat(get("/actuator/raft").body()).contains("\"role\":\"FOLLOWER\"");
        assertThat(get("/actuator/raft/status").body())
                .contains("\"leaderId\":\"kv-0\"", "\"voters\":[\"kv-0\",\"kv-1\",\"kv-2\"]", "\"observers\":[]");
        assertThat(get("/actuator/raft/replication").body())
                .contains("\"nodeId\":\"kv-0\"", "\"status\":\"Leader\"", "\"status\":\"Follower\"");
        assertThat(get("/actuator/raft/anything").statusCode()).isEqualTo(400);
    }

    @Test
    void prometheusHasTheMeters() throws Exception {
        raft().round(new RoundOutcome(RoundSummary.Phase.PRE_VOTE, RoundSummary.Ending.LOST), 5);
        node.getBean("replicaMeters", RaftListener.class).synced(2_000_000, 3);
        assertThat(get("/actuator/prometheus").body())
                .contains(
                        "kv_raft_epoch 7.0",
                        "kv_raft_role{role=\"follower\"} 1.0",
                        "kv_raft_role{role=\"leader\"} 0.0",
                        "kv_raft_commit_index 5120.0",
                        "kv_raft_apply_lag 0.0",
                        "kv_raft_leader_contact_seconds 0.041",
                        "kv_raft_leader_known 1.0",
                        "kv_raft_elections_total{outcome=\"lost\",phase=\"prevote\"} 5.0",
                        "kv_raft_append_fsync_seconds_count 1",
                        "kv_raft_append_batch_sum 3.0",
                        "kv_raft_proposals_total{outcome=\"applied\"} 0.0",
                        "kv_storage_bytes{store=\"raft\"} 4096.0",
                        "kv_storage_low 0.0",
                        "kv_lease_count 0.0",
                        "kv_lease_expired_total 0.0",
                        "kv_lease_lateness_seconds_count 0",
                        "kv_lock_waiting 0.0",
                        "kv_storage_free_bytes ",
                        "kv_raft_proposals_total{outcome=\"quota_exceeded\"} 0.0",
                        "kv_raft_proposals_total{outcome=\"read_only\"} 0.0",
                        "kv_peer_refusals_total{reason=\"inconsistent_cluster_id\"} 2.0");
    }

    @Test
    void theProbesAnswerOnTheMainPortAlsoWhenManagementHasItsOwn() throws Exception {
        try (ConfigurableApplicationContext apart =
                SpringApplication.run(
                        FakeNode.class, "--server.port=0", "--management.server.port=0", "--management.server.address=127.0.0.1")) {
            assertThat(get(apart, "local.server.port", "/livez").statusCode()).isEqualTo(200);
            assertThat(get(apart, "local.server.port", "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(apart, "local.server.port", "/actuator/health").statusCode()).isEqualTo(404);
            assertThat(get(apart, "local.management.port", "/actuator/health/cluster/raft").statusCode()).isEqualTo(200);
        }
    }

    private static FakeRaft raft() {
        return node.getBean(FakeRaft.class);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(node, "local.server.port", path);
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String port, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port) + path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
