package io.canvass.kv.api.calls;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 1, principle 9: a write with an Idempotency-Key happens once. */
class IdempotencyTest extends ApiTest {
    private static final String KEY = "Idempotency-Key: \"8e03978e-40d5-43dd-bc93-6894a57f9324\"";

    @Test
    void theSameRequestAgainIsAnsweredAsTheFirstAndDoesNothing() {
        Wire.Reply first = http.put("/v1/kv/a?prev=true", "1", KEY);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        http.put("/v1/kv/a", "2");

        Wire.Reply again = http.put("/v1/kv/a?prev=true", "1", KEY);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(store.contents()).isEqualTo(Map.of("a", "2"));
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /v1/kv/a, ''", "DELETE, /v1/kv?prefix=a, ''", "POST, /v1/counters/c, '{\"add\":1}'",
        "POST, /v1/txn, '{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"9\"}}]}'",
        "POST, /v1/compact, '{\"revision\":1}'", "DELETE, /v1/counters/a, ''"
    })
    void everyWriteKeepsItsFirstAnswer(String method, String target, String body) {
        http.put("/v1/kv/a", "1");
        Wire.Reply first = http.call(method, target, body.getBytes(StandardCharsets.UTF_8), KEY, "Content-Type: application/json");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        http.put("/v1/kv/a", "2");
        http.json("/v1/counters/c", "{\"add\":5}");
        long revision = store.revision();

        Wire.Reply again = http.call(method, target, body.getBytes(StandardCharsets.UTF_8), KEY, "Content-Type: application/json");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(store.revision()).isEqualTo(revision);
    }

    @Test
    void whatWasRefusedTheFirstTimeStaysRefused() {
        Wire.Reply first = http.put("/v1/kv/a", "1", KEY, "If-Match: \"7\"");
        assertProblem(first, 412, "precondition-failed");
        http.put("/v1/kv/a", "1");
        Wire.Reply again = http.put("/v1/kv/a", "1", KEY, "If-Match: \"7\"");
        assertProblem(again, 412, "precondition-failed");
        assertThat(again.json().path("current")).isEqualTo(first.json().path("current"));
        assertThat(again.header("Idempotency-Replayed")).contains("true");
    }

    @Test
    void anotherRequestUnderTheSameKeyIs422() {
        http.put("/v1/kv/a", "1", KEY);
        for (Wire.Reply reply : List.of(
                http.put("/v1/kv/a", "2", KEY), http.put("/v1/kv/b", "1", KEY), http.delete("/v1/kv/a", KEY),
                http.put("/v1/kv/a?ttl=30s", "1", KEY), http.put("/v1/kv/a", "1", KEY, "If-Match: *"))) {
            assertProblem(reply, 422, "idempotency-key-reused");
            assertOutcome(reply, "not-applied");
            assertThat(reply.json().path("retryable").asBoolean()).isFalse();
            assertThat(reply.header("Idempotency-Replayed")).isEmpty();
        }
        assertThat(store.contents()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void quotesMayBeLeftOutAndEscapesAreTakenOff() {
        http.put("/v1/kv/a", "1", "Idempotency-Key: 8e03978e");
        assertThat(http.put("/v1/kv/a", "1", "Idempotency-Key: \"8e03978e\"").header("Idempotency-Replayed"))
                .contains("true");
        http.put("/v1/kv/b", "1", "Idempotency-Key: \"a\\\"b\\\\c d\"");
        assertThat(store.commands().getLast().getIdempotency().getKey().toStringUtf8()).isEqualTo("a\"b\\c d");
        assertThat(store.commands().getLast().getIdempotency().getDigest().size()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"", "\"a", "a\"", "a b", "a,b", "\"a\";p=1", "\"a\", \"b\"", "\"\\x\"", "é", "\"é\"", "a\\b"})
    void aMalformedKeyIsRefusedAndNotTakenForNone(String key) {
        Wire.Reply reply = http.put("/v1/kv/a", "1", "Idempotency-Key: " + key);
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("detail").asString()).contains("Idempotency-Key");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aKeyHas255BytesAtMostAndIsGivenOnce() {
        int most = ApplyLimits.MAX_IDEMPOTENCY_KEY_BYTES;
        assertThat(http.put("/v1/kv/a", "1", "Idempotency-Key: \"" + "k".repeat(most) + "\"").status()).isEqualTo(201);
        assertProblem(http.put("/v1/kv/a", "1", "Idempotency-Key: " + "k".repeat(most + 1)), 400, "invalid-request");
        assertProblem(http.put("/v1/kv/a", "1", "Idempotency-Key: a", "Idempotency-Key: a"), 400, "invalid-request");
        assertThat(store.commands()).hasSize(1);
    }

    @Test
    void aReceiptIsGoodForADay() {
        http.put("/v1/kv/a", "1", KEY);
        store.passTime(Duration.ofMillis(ApplyLimits.RECEIPT_MILLIS));
        assertThat(http.put("/v1/kv/a", "1", KEY).header("Idempotency-Replayed")).contains("true");
        store.passTime(Duration.ofMillis(1));
        Wire.Reply anew = http.put("/v1/kv/a", "1", KEY);
        assertThat(anew.status()).isEqualTo(200);
        assertThat(anew.header("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void whileTheFirstIsUnderWayTheSecondIs409AndLaterItIsAnswered() throws Exception {
        CompletableFuture<Result> held = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        store.answerWritesBy(() -> {
            begun.countDown();
            return held;
        });
        CompletableFuture<Wire.Reply> first =
                CompletableFuture.supplyAsync(() -> http.put("/v1/kv/a", "1", KEY));
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        Wire.Reply second = http.put("/v1/kv/a", "1", KEY);
        assertProblem(second, 409, "idempotency-in-flight");
        assertOutcome(second, "not-applied");
        assertThat(second.json().path("retryable").asBoolean()).isTrue();

        held.completeExceptionally(new ReplicationException(Reason.NO_QUORUM, ""));
        assertProblem(first.get(60, TimeUnit.SECONDS), 503, "no-quorum");
        assertProblem(http.put("/v1/kv/a", "1", KEY), 503, "no-quorum");
    }

    @Test
    void anUnknownOutcomeMayBeSentAgainAndGivesTheFirstReceipt() {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(new ReplicationException(Reason.OUTCOME_UNKNOWN, "")));
        Wire.Reply unknown = http.put("/v1/kv/a", "1", KEY);
        assertProblem(unknown, 504, "outcome-unknown");
        assertOutcome(unknown, "unknown");
        assertThat(unknown.json().path("retryable").asBoolean()).isTrue();
        Command lost = store.commands().getFirst();
        store.apply(lost);
        store.answerWritesBy(() -> CompletableFuture.completedFuture(store.apply(lost)));
        Wire.Reply again = http.put("/v1/kv/a", "1", KEY);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(store.commands()).hasSize(2);
        assertThat(store.commands().getLast()).isEqualTo(lost);
    }

    @Test
    void aClusterOfWhichAMemberDoesNotKnowReceiptsSaysSo() {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(new ReplicationException(Reason.UNSUPPORTED, "kv-3.")));
        Wire.Reply reply = http.put("/v1/kv/a", "1", KEY);
        assertProblem(reply, 501, "not-implemented");
        assertOutcome(reply, "not-applied");
    }
}
