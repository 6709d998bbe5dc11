package io.canvass.kv.api;

import java.util.concurrent.CompletableFuture;

import io.canvass.kv.logging.LogLines;
import io.canvass.kv.security.AuditLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The id that a client, or a proxy before it, gives its request. */
class RequestIdHeaderTest extends ApiTest {
    private static final String ULID = "[0-9A-HJKMNP-TV-Z]{26}";
    private static final String ERRORS = "io.canvass.kv.api.error.ProblemResolver";

    @Test
    void theClientsIdIsTheRequests() {
        Wire.Reply reply = http.put("/v1/kv/app/color", "blue", "X-Request-Id: shop-42/7");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Kv-Request-Id")).contains("shop-42/7");
        assertThat(reply.header("X-Request-Id")).contains("shop-42/7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/kv/app/none", "/v1/cluster/nothing", "/problems/nothing", "/v1/kv/a%zz"})
    void aProblemHasIt(String path) {
        Wire.Reply reply = http.get(path, "X-Request-Id: shop-43");
        assertThat(reply.status()).isGreaterThanOrEqualTo(400);
        assertThat(reply.json().path("requestId").asString()).isEqualTo("shop-43");
        assertThat(reply.header("Kv-Request-Id")).contains("shop-43");
        assertThat(reply.header("X-Request-Id")).contains("shop-43");
    }

    @Test
    void whatIsAnsweredBySpringHasItAsWell() {
        assertThat(http.get("/v3/api-docs", "X-Request-Id: shop-44").header("X-Request-Id")).contains("shop-44");
    }

    @Test
    void whoSendsNoneIsAnsweredAFreshOneInOurOwnHeaderAlone() {
        Wire.Reply reply = http.put("/v1/kv/app/color", "blue");
        assertThat(reply.header("Kv-Request-Id").orElse("")).matches(ULID);
        assertThat(reply.header("X-Request-Id")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "<script>", "a,b", "${jndi:x}", "%0a"})
    void anIdThatIsNotSoundGivesWayToAFreshOne(String id) {
        assertFresh(http.get("/v1/kv/app/none", "X-Request-Id: " + id));
    }

    @Test
    void anIdThatIsTooLongOrGivenTwiceGivesWayToAFreshOne() {
        assertFresh(http.get("/v1/kv/app/none", "X-Request-Id: " + "x".repeat(129)));
        assertFresh(http.get("/v1/kv/app/none", "X-Request-Id: a", "X-Request-Id: b"));
    }

    @Test
    void theLinesOfARequestHaveItsIdAndTheNextRequestHasItsOwn() {
        try (LogLines lines = LogLines.of(ERRORS)) {
            store.answerWritesBy(() -> CompletableFuture.failedFuture(new IllegalStateException("a planted fault")));
            assertThat(http.put("/v1/kv/a", "1", "X-Request-Id: shop-45").status()).isEqualTo(500);
            String own = http.put("/v1/kv/a", "1").header("Kv-Request-Id").orElseThrow();
            assertThat(lines.all()).extracting(LogLines.Line::requestId).containsExactly("shop-45", own);
        }
    }

    @Test
    void theAuditHasIt() {
        TestServer guarded = TestServer.guarded();
        try (LogLines lines = LogLines.of(AuditLog.LOGGER)) {
            assertThat(new Wire(guarded.port()).get("/v1/kv/a", "X-Request-Id: shop-46").status()).isEqualTo(401);
            assertThat(guarded.bean(AuditLog.class).page(0, 10).entries())
                    .extracting(AuditLog.Entry::requestId)
                    .containsExactly("shop-46");
            await().until(() -> lines.all().stream().map(LogLines.Line::requestId).toList().contains("shop-46"));
        } finally {
            guarded.stop();
        }
    }

    private static void assertFresh(Wire.Reply reply) {
        assertThat(reply.header("Kv-Request-Id").orElse("")).matches(ULID);
        assertThat(reply.header("X-Request-Id")).isEqualTo(reply.header("Kv-Request-Id"));
        assertThat(reply.json().path("requestId").asString()).isEqualTo(reply.header("Kv-Request-Id").orElse(""));
    }
}
