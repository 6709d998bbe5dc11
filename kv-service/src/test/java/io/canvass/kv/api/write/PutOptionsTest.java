package io.canvass.kv.api.write;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.LocalStore;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, sections 1 and 3: what a write may ask for beside its value. */
class PutOptionsTest extends ApiTest {
    @Test
    void aTtlGrantsALeaseInTheSameEntry() {
        Wire.Reply reply = http.put("/v1/kv/session?ttl=30s", "on");
        assertThat(reply.status()).isEqualTo(201);
        String lease = reply.json().path("lease").asString();
        assertThat(reply.header("Kv-Lease")).contains(lease);
        assertThat(store.commands()).hasSize(1);
        assertThat(store.commands().getFirst().getPut().getTtlMillis()).isEqualTo(30_000);
        assertThat(store.lease(Long.parseUnsignedLong(lease, 16)).orElseThrow().getTtlMillis()).isEqualTo(30_000);
        assertThat(http.put("/v1/kv/session", "on").json().path("lease").isNull()).isTrue();
    }

    @Test
    void aKeyIsAttachedToALeaseAsKvLeaseShowsIt() {
        String lease = KvJson.lease(store.seedLeased(Bytes.ofUtf8("a"), new byte[0]).lease());
        Wire.Reply reply = http.put("/v1/kv/b?lease=" + lease, "1");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.json().path("lease").asString()).isEqualTo(lease);
        assertThat(store.leaseKeys(Long.parseUnsignedLong(lease, 16), Optional.empty(), 9))
                .containsExactly(Bytes.ofUtf8("a"), Bytes.ofUtf8("b"));
    }

    @Test
    void aLeaseThatIsNotThereIs404AndNothingIsWritten() {
        for (String id : List.of("7f3a", "0", "ffffffffffffffff")) {
            Wire.Reply reply = http.put("/v1/kv/a?lease=" + id, "1");
            assertProblem(reply, 404, "lease-not-found");
            assertOutcome(reply, "not-applied");
        }
        assertThat(store.contents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttl=30s&lease=7f3a", "ttl=", "ttl=0s", "ttl=-1s", "ttl=30", "ttl=1.5s", "ttl=3651d", "lease=",
            "lease=7F3A", "lease=007f", "lease=x", "lease=10000000000000000", "ttl=1s&ttl=1s"})
    void whatIsNoLifetimeIsRefusedBeforeAnythingIsWritten(String query) {
        Wire.Reply reply = http.put("/v1/kv/a?" + query, "1");
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aTtlIsFromAMillisecondToTenYears() {
        assertThat(http.put("/v1/kv/a?ttl=1ms", "1").status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/b?ttl=3650d", "1").status()).isEqualTo(201);
        assertThat(store.commands().getLast().getPut().getTtlMillis()).isEqualTo(ApplyLimits.MAX_TTL_MILLIS);
        assertProblem(http.put("/v1/kv/c?ttl=3650001ms&ttl=1s", "1"), 400, "invalid-request");
        assertThat(store.contents()).containsOnlyKeys("a", "b");
    }

    @Test
    void routingIsForwardUnlessAskedFor() {
        for (String header : List.of("Kv-Routing: forward", "X: y")) {
            assertThat(http.put("/v1/kv/a", "1", header).status()).isLessThan(300);
        }
        assertProblem(http.put("/v1/kv/a", "1", "Kv-Routing: Local"), 400, "invalid-request");
        assertThat(http.get("/v1/kv/a", "Kv-Routing: local").status()).isEqualTo(200);
    }

    @Test
    void localIs421WithTheLeaderWhereAnotherOneLeads() {
        Wire.Reply reply = http.put("/v1/kv/a", "1", "Kv-Routing: local");
        assertProblem(reply, 421, "not-leader");
        assertOutcome(reply, "not-applied");
        assertThat(reply.header("Kv-Leader")).contains("kv-2");
        assertThat(reply.json().path("leader").path("url").asString()).isEqualTo("http://kv-2.kv-headless:8080");
        assertProblem(http.json("/v1/txn", "{}", "Kv-Routing: local"), 421, "not-leader");
        assertThat(store.commands()).isEmpty();

        store.seeCluster(new Replication.ClusterView("kv-1", "kv-1", "", 7));
        assertThat(http.put("/v1/kv/a", "1", "Kv-Routing: local").status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/a", "1", "Kv-Routing: redirect").status()).isEqualTo(200);
        store.seeCluster(LocalStore.ALONE);
        assertProblem(http.put("/v1/kv/a", "1", "Kv-Routing: local"), 503, "no-quorum");
        assertProblem(http.put("/v1/kv/a", "1", "Kv-Routing: redirect"), 503, "no-quorum");
    }

    @Test
    void redirectIs307ToTheSamePathAndQueryOfTheLeader() {
        Wire.Reply reply = http.put("/v1/kv/a%2Fb?ttl=30s&prev=true", "1", "Kv-Routing: redirect");
        assertThat(reply.status()).isEqualTo(307);
        assertThat(reply.header("Location")).contains("http://kv-2.kv-headless:8080/v1/kv/a%2Fb?ttl=30s&prev=true");
        assertThat(reply.header("Cache-Control")).contains("no-store");
        assertThat(http.delete("/v1/kv/a", "Kv-Routing: redirect").header("Location"))
                .contains("http://kv-2.kv-headless:8080/v1/kv/a");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aProtectedKeyIsNotOverwrittenBlindly() {
        TestServer guarded = TestServer.start(
                TestServer.SMALL, List.of(new WriteLimits(10, 512, 1 << 20, 0, List.of("config/", "ünï"))));
        try {
            Wire wire = new Wire(guarded.port());
            for (Wire.Reply reply : List.of(
                    wire.put("/v1/kv/config/a", "1"), wire.delete("/v1/kv/config/a"), wire.delete("/v1/kv?prefix=conf"),
                    wire.put("/v1/kv/%C3%BCn%C3%AF", "1"), wire.delete("/v1/kv?start=a"), wire.delete("/v1/kv?all=true"),
                    wire.json("/v1/txn", "{\"then\":[{\"put\":{\"key\":\"config/a\",\"value\":\"1\"}}]}"),
                    wire.json("/v1/txn", "{\"then\":[{\"delete\":{\"prefix\":\"config/a\"}}]}"),
                    wire.post("/v1/import", "application/x-ndjson", "{\"key\":\"config/a\",\"value\":\"1\"}\n"))) {
                assertProblem(reply, 428, "precondition-required");
                assertOutcome(reply, "not-applied");
                assertThat(reply.json().path("property").asString()).isEqualTo("kv.require-precondition-prefixes");
            }
            assertThat(guarded.store().commands()).isEmpty();
            assertThat(wire.put("/v1/kv/config/a", "1", "If-None-Match: *").status()).isEqualTo(201);
            assertThat(wire.put("/v1/kv/config/a", "2", "If-Match: \"1\"").status()).isEqualTo(200);
            assertThat(wire.json("/v1/txn", "{\"if\":[{\"key\":\"config/a\",\"revision\":{\"eq\":2}}],"
                            + "\"then\":[{\"put\":{\"key\":\"config/a\",\"value\":\"1\"}}]}").status())
                    .isEqualTo(200);
            assertThat(wire.put("/v1/kv/confi", "1").status()).isEqualTo(201);
            assertThat(wire.delete("/v1/kv?prefix=config/&dry-run=true").status()).isEqualTo(200);
            assertThat(wire.delete("/v1/kv?prefix=d").status()).isEqualTo(200);
        } finally {
            guarded.stop();
        }
    }

    @Test
    void aClientAddressHasAsManyRequestsAsTheOperatorAllows() {
        int rate = 1;
        TestServer bounded = TestServer.start(
                TestServer.SMALL, List.of(new WriteLimits(10, 512, 1 << 20, rate, List.of())));
        try {
            Wire wire = new Wire(bounded.port());
            List<Wire.Reply> replies = IntStream.range(0, 200)
                    .mapToObj(i -> i % 2 == 0 ? wire.put("/v1/kv/a", "1") : wire.get("/v1/kv/a"))
                    .toList();
            assertThat(replies.subList(0, rate)).allMatch(reply -> reply.status() < 300);
            Wire.Reply refused = replies.stream().filter(reply -> reply.status() == 429).findFirst().orElseThrow();
            assertProblem(refused, 429, "rate-limited");
            assertThat(refused.json().path("limit").asInt()).isEqualTo(rate);
            assertThat(refused.json().path("property").asString()).isEqualTo("kv.request.max-rate");
            long writes = replies.stream().filter(reply -> reply.json().has("version")).count();
            assertThat((long) bounded.store().commands().size()).isEqualTo(writes);
        } finally {
            bounded.stop();
        }
    }
}
