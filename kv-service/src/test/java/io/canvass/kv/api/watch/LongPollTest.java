package io.canvass.kv.api.watch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.http.EntityTags;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code GET /v1/kv/x?wait=30s}. */
@Timeout(120)
class LongPollTest extends ApiTest {
    private String put(String value) {
        return "If-None-Match: " + EntityTags.format(store.seed(Bytes.ofUtf8("x"), value.getBytes(StandardCharsets.UTF_8)).modRevision());
    }

    /** Begun, and waiting. */
    private CompletableFuture<Wire.Reply> waiting(String target, String... headers) {
        int before = server.hub().openCount();
        CompletableFuture<Wire.Reply> reply = CompletableFuture.supplyAsync(
                () -> http.get(target, headers), task -> Thread.ofVirtual().start(task));
        await().until(() -> server.hub().openCount() == before + 1);
        return reply;
    }

    @Test
    void aChangeIsAnsweredAtOnce() throws Exception {
        CompletableFuture<Wire.Reply> reply = waiting("/v1/kv/x?wait=10m", put("1"));
        store.seed(Bytes.ofUtf8("other"), new byte[0]);
        put("2");
        assertThat(reply.get().status()).isEqualTo(200);
        assertThat(reply.get().text()).isEqualTo("2");
    }

    @Test
    void whatTheClientDoesNotKnowIsAnsweredWithoutAWait() {
        put("1");
        assertThat(http.get("/v1/kv/x?wait=10m", "If-None-Match: \"77\"").text()).isEqualTo("1");
        assertThat(http.get("/v1/kv/x?wait=10m", "If-None-Match: \"0\"").text()).isEqualTo("1");
        assertThat(http.get("/v1/kv/y?wait=10m", "If-None-Match: \"77\"").status()).isEqualTo(404);
    }

    @Test
    void afterTheWaitItIs304AndNotEarlier() {
        String tag = put("1");
        long start = System.nanoTime();
        Wire.Reply reply = http.get("/v1/kv/x?wait=400ms", tag);
        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.header("ETag")).isPresent();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(http.get("/v1/kv/x?wait=0s", tag).status()).isEqualTo(304);
    }

    @Test
    void aKeyThatIsNotThereIsWaitedForByTheTagZero() throws Exception {
        CompletableFuture<Wire.Reply> reply = waiting("/v1/kv/x?wait=10m", "If-None-Match: \"0\"");
        put("1");
        assertThat(reply.get().text()).isEqualTo("1");
        assertThat(http.get("/v1/kv/never?wait=10ms", "If-None-Match: \"0\"").status()).isEqualTo(404);
    }

    @Test
    void aDeletionIsAChange() throws Exception {
        CompletableFuture<Wire.Reply> reply = waiting("/v1/kv/x?wait=10m", put("1"));
        http.delete("/v1/kv/x");
        assertProblem(reply.get(), 404, "key-not-found");
    }

    @Test
    void thePreferenceOfRfc7240DoesTheSame() throws Exception {
        CompletableFuture<Wire.Reply> reply = waiting("/v1/kv/x", put("1"), "Prefer: respond-async, wait=99999");
        put("2");
        assertThat(reply.get().text()).isEqualTo("2");
        assertThat(reply.get().header("Preference-Applied")).as("as long as is allowed").contains("wait=600");
        Wire.Reply unmoved = http.get("/v1/kv/x", "Prefer: wait=10");
        assertThat(unmoved.text()).as("without a tag there is nothing to wait for").isEqualTo("2");
        assertThat(unmoved.header("Preference-Applied")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=30", "wait=11m", "wait=-1s", "wait=soon"})
    void aWaitOutOfBoundsIs400(String query) {
        Wire.Reply reply = http.get("/v1/kv/x?" + query, "If-None-Match: \"0\"");
        assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains("to 10m");
    }

    @Test
    void aWaitThatDoesNotSayForWhatIs400() {
        Wire.Reply reply = http.get("/v1/kv/x?wait=10s");
        assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains("If-None-Match");
        assertThat(http.get("/v1/kv/x?wait=10s", "If-Match: \"1\"").status()).isEqualTo(400);
    }
}
