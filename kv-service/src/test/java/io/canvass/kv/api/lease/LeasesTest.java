package io.canvass.kv.api.lease;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class LeasesTest extends ApiTest {
    @BeforeEach
    void knowNothing() {
        server.deadlines().reset();
    }

    private Wire.Reply post(String target, String body) {
        return http.call("POST", target, body.getBytes(StandardCharsets.UTF_8), "Content-Type: application/json");
    }

    private String grant(String ttl) {
        return post("/v1/leases", "{\"ttl\":\"" + ttl + "\"}").json().path("id").asString();
    }

    private void attach(String lease, String... keys) {
        for (String key : keys) {
            store.apply(Command.newBuilder()
                    .setPut(Put.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key))
                            .setLease(Long.parseUnsignedLong(lease, 16)))
                    .build());
        }
    }

    @Test
    void aLeaseIsGranted() {
        Wire.Reply reply = post("/v1/leases", "{\"ttl\":\"30s\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        String id = reply.json().path("id").asString();
        assertThat(reply.header("Location")).contains("/v1/leases/" + id);
        assertThat(reply.header("Kv-Leader")).contains("kv-2");
        assertThat(reply.json().path("ttl").asString()).isEqualTo("30s");
        assertThat(reply.json().path("expiresInMs").asLong()).isBetween(1L, 30_000L);
        assertThat(http.get("/v1/leases/" + id).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"1ms, 201", "0s, 400", "3650d, 201", "3651d, 400", "30, 400", "-1s, 400", "'', 400"})
    void aTtlHasBoundsAndAUnit(String ttl, int status) {
        Wire.Reply reply = post("/v1/leases", "{\"ttl\":\"" + ttl + "\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (status == 400) {
            assertProblem(reply, 400, "invalid-request");
            assertThat(reply.json().path("detail").asString()).contains("ttl").contains("1ms to 3650d");
            assertThat(store.commands()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "{\"ttl\":30}", "{\"ttl\":\"30s\",\"name\":\"x\"}", "[]", "{\"ttl\":\"1s\",\"ttl\":\"2s\"}"})
    void aBodyOfAnotherFormIsRefused(String body) {
        assertProblem(post("/v1/leases", body), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aLeaseIsKeptAlive() {
        String id = grant("30s");
        Wire.Reply reply = post("/v1/leases/" + id + "/keepalive", "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().path("id").asString()).isEqualTo(id);
        assertThat(reply.json().path("expiresInMs").asLong()).isBetween(1L, 30_000L);
        assertThat(store.lease(Long.parseUnsignedLong(id, 16)).orElseThrow().getRenewals()).isEqualTo(1);
    }

    @Test
    void aLeaseThatIsLostIs404AndNothingWasDone() {
        for (Wire.Reply reply : List.of(
                post("/v1/leases/7f3a/keepalive", ""), http.delete("/v1/leases/7f3a"))) {
            assertProblem(reply, 404, "lease-not-found");
            assertOutcome(reply, "not-applied");
        }
        Wire.Reply read = http.get("/v1/leases/7f3a?keys=true");
        assertProblem(read, 404, "lease-not-found");
        assertNoOutcome(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7F3A", "07", "x", "12345678901234567", "a/b"})
    void whatIsNoIdIsToldSo(String id) {
        assertProblem(http.get("/v1/leases/" + id), 400, "invalid-request");
        assertProblem(post("/v1/leases/" + id + "/keepalive", ""), 400, "invalid-request");
    }

    @Test
    void aLeaseIsRevokedWithAllThatIsAttached() {
        String id = grant("30s");
        attach(id, "a", "b");
        Wire.Reply reply = http.delete("/v1/leases/" + id);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("removed").asInt()).isEqualTo(2);
        assertThat(reply.json().path("more").asBoolean()).isFalse();
        assertThat(store.contents()).isEmpty();
        assertProblem(http.delete("/v1/leases/" + id), 404, "lease-not-found");
    }

    @Test
    void howLongALeaseHasLeftIsForTheLeaderToSay() {
        String id = grant("1m");
        assertThat(http.get("/v1/leases/" + id).json().path("expiresInMs").isNull()).isTrue();
        server.deadlines().know(Long.parseUnsignedLong(id, 16), 41_000);
        JsonNode lease = http.get("/v1/leases/" + id).json();
        assertThat(lease.path("expiresInMs").asLong()).isEqualTo(41_000);
        assertThat(lease.path("ttl").asString()).isEqualTo("1m");
        assertThat(lease.path("attached").asInt()).isZero();
        assertThat(lease.has("keys")).isFalse();
        assertThat(http.get("/v1/leases/" + id + "?consistency=local").json().path("expiresInMs").isNull())
                .as("a local read asks nobody")
                .isTrue();
    }

    @Test
    void keysComeInPages() {
        String id = grant("1m");
        attach(id, "a", "b", "c");
        List<String> keys = new ArrayList<>();
        String target = "/v1/leases/" + id + "?keys=true&limit=2";
        JsonNode first = http.get(target).json();
        assertThat(first.path("count").asInt()).isEqualTo(2);
        assertThat(first.path("more").asBoolean()).isTrue();
        String link = http.get(target).header("Link").orElseThrow();
        JsonNode second = http.get(link.substring(1, link.indexOf('>'))).json();
        assertThat(second.path("more").asBoolean()).isFalse();
        assertThat(second.has("next")).isFalse();
        first.path("keys").forEach(key -> keys.add(key.path("key").asString()));
        second.path("keys").forEach(key -> keys.add(key.path("key").asString()));
        assertThat(keys).containsExactly("a", "b", "c");
        assertProblem(http.get("/v1/leases/" + id + "?limit=2"), 400, "invalid-request");
        assertProblem(http.get(target + "&cursor=%21"), 400, "invalid-request");
    }

    @Test
    void leasesComeInPages() {
        List<String> granted = List.of(grant("1m"), grant("2m"), grant("3m"));
        server.deadlines().know(Long.parseUnsignedLong(granted.get(1), 16), 7);
        List<String> listed = new ArrayList<>();
        String target = "/v1/leases?limit=1";
        while (!target.isEmpty()) {
            Wire.Reply page = http.get(target);
            assertThat(page.status()).as(page.text()).isEqualTo(200);
            page.json().path("items").forEach(lease -> listed.add(lease.path("id").asString()
                    + (lease.path("expiresInMs").isNull() ? "" : " " + lease.path("expiresInMs").asLong())));
            target = page.header("Link").map(link -> link.substring(1, link.indexOf('>'))).orElse("");
        }
        assertThat(listed).containsExactly(granted.get(0), granted.get(1) + " 7", granted.get(2));
        assertProblem(http.get("/v1/leases?cursor=eHg"), 400, "invalid-request");
        assertProblem(http.get("/v1/leases?limit=1001"), 400, "invalid-request");
    }

    @Test
    void asManyAsMayBeIs409WithTheBound() {
        store.answerWritesBy(() -> CompletableFuture.completedFuture(Result.newBuilder()
                .setRefused(Refused.newBuilder()
                        .setReason(Refused.Reason.TOO_MANY_LEASES)
                        .setDetail("There are as many leases as there may be: 1000000.")
                        .setLimit(1_000_000)
                        .setActual(1_000_000))
                .build()));
        Wire.Reply reply = post("/v1/leases", "{\"ttl\":\"1s\"}");
        assertProblem(reply, 409, "too-many-leases");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("limit").asLong()).isEqualTo(1_000_000);
    }

    @Test
    void aGrantWhoseOutcomeIsUnknownSaysSo() {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(
                new ReplicationException(ReplicationException.Reason.OUTCOME_UNKNOWN, "late")));
        Wire.Reply reply = post("/v1/leases", "{\"ttl\":\"1s\"}");
        assertProblem(reply, 504, "outcome-unknown");
        assertOutcome(reply, "unknown");
        assertThat(reply.json().path("retryable").asBoolean()).as("it would be a second lease").isFalse();
    }
}
