package io.canvass.kv.api.write;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: PUT and DELETE of one key. */
class WritesTest extends ApiTest {
    @Test
    void aCreatedKeyIs201WithItsReceipt() {
        Wire.Reply reply = http.put("/v1/kv/app/color", "green");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text()).isEqualToIgnoringNewLines(
                "{\"key\":\"app/color\",\"revision\":1,\"createRevision\":1,\"version\":1,\"lease\":null}");
        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(reply.header("ETag")).contains("\"1\"");
        assertThat(reply.header("Kv-Revision")).contains("1");
        assertThat(reply.header("Kv-Create-Revision")).contains("1");
        assertThat(reply.header("Kv-Version")).contains("1");
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
        assertThat(reply.header("Kv-Leader")).contains("kv-2");
        assertThat(reply.header("Kv-Epoch")).contains("7");
        assertThat(reply.header("Location")).isEmpty();
        assertThat(store.contents()).isEqualTo(Map.of("app/color", "green"));
    }

    @Test
    void aReplacedKeyIs200() {
        http.put("/v1/kv/a", "1");
        http.put("/v1/kv/b", "1");
        Wire.Reply reply = http.put("/v1/kv/a", "2");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("ETag")).contains("\"3\"");
        assertThat(reply.json().path("createRevision").asInt()).isEqualTo(1);
        assertThat(reply.json().path("version").asInt()).isEqualTo(2);
        assertThat(reply.json().has("prev")).isFalse();
    }

    @Test
    void prevShowsWhatWasThereAndNullWhereNothingWas() {
        Wire.Reply first = http.put("/v1/kv/a?prev=true", "1");
        assertThat(first.json().has("prev")).isTrue();
        assertThat(first.json().path("prev").isNull()).isTrue();
        Wire.Reply second = http.put("/v1/kv/a?prev=true", "2");
        assertThat(second.json().path("prev").toString())
                .isEqualTo("{\"key\":\"a\",\"value\":\"1\",\"revision\":1,\"createRevision\":1,\"version\":1}");
        Wire.Reply third = http.delete("/v1/kv/a?prev=true");
        assertThat(third.json().path("prev").path("value").asString()).isEqualTo("2");
        assertThat(http.delete("/v1/kv/a?prev=true").json().path("prev").isNull()).isTrue();
        assertThat(http.put("/v1/kv/a?prev=false", "1").json().has("prev")).isFalse();
    }

    @Test
    void anEmptyBodyIsAnEmptyValue() {
        assertThat(http.put("/v1/kv/a", "").status()).isEqualTo(201);
        assertThat(store.contents()).isEqualTo(Map.of("a", ""));
        assertThat(http.get("/v1/kv/a").header("Content-Length")).contains("0");
    }

    @Test
    void aDeletedKeyIs200WithItsReceipt() {
        http.put("/v1/kv/a", "1");
        Wire.Reply reply = http.delete("/v1/kv/a");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"deleted\":1,\"revision\":2}");
        assertThat(reply.header("Kv-Revision")).contains("2");
        assertThat(reply.header("ETag")).isEmpty();
        assertProblem(http.get("/v1/kv/a"), 404, "key-not-found");
    }

    @Test
    void deletingNothingIsNoError() {
        Wire.Reply reply = http.delete("/v1/kv/a");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"deleted\":0,\"revision\":0}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"return=minimal", "respond-async, Return=\"minimal\"; x=y", "wait=10,return = minimal"})
    void preferReturnMinimalIs204(String prefer) {
        Wire.Reply put = http.put("/v1/kv/a", "1", "Prefer: " + prefer);
        assertThat(put.status()).isEqualTo(204);
        assertThat(put.header("Preference-Applied")).contains("return=minimal");
        assertThat(put.header("ETag")).contains("\"1\"");
        assertThat(put.header("Kv-Version")).contains("1");
        assertThat(put.header("Content-Type")).isEmpty();
        Wire.Reply delete = http.delete("/v1/kv/a", "Prefer: " + prefer);
        assertThat(delete.status()).isEqualTo(204);
        assertThat(delete.header("Kv-Revision")).contains("2");
    }

    @Test
    void aPreferenceIsPassedOverWhereTheUrlAsksForMore() {
        Wire.Reply reply = http.put("/v1/kv/a?prev=true", "1", "Prefer: return=minimal");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Preference-Applied")).isEmpty();
        assertThat(http.put("/v1/kv/a", "1", "Prefer: return=representation, return=minimal").status()).isEqualTo(200);
    }

    @Test
    void conditionsTravelIntoTheCommandAndAreNotJudgedHere() {
        http.put("/v1/kv/a", "1");
        http.put("/v1/kv/a", "2", "If-Match: *");
        http.put("/v1/kv/a", "3", "If-Match: \"1\", W/\"9\", \"x\"", "If-Match: \"2\"");
        http.put("/v1/kv/a", "4", "If-None-Match: *");
        http.delete("/v1/kv/a", "If-None-Match: \"7\", W/\"8\"");
        assertThat(store.commands().stream()
                        .map(command -> command.hasPut()
                                ? command.getPut().getPrecondition()
                                : command.getDelete().getPrecondition()))
                .containsExactly(
                        Precondition.getDefaultInstance(),
                        new Condition.MustExist().toPrecondition(),
                        new Condition.AnyOf(List.of(1L, 2L)).toPrecondition(),
                        new Condition.MustNotExist().toPrecondition(),
                        new Condition.NoneOf(List.of(7L, 8L)).toPrecondition());
        assertThat(store.commands().getFirst().getPut().hasPrecondition()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"If-Match: \"1\"", "If-Match: W/\"2\"", "If-Match: \"x\"", "If-Match: \"02\"",
            "If-None-Match: *", "If-None-Match: \"2\"", "If-None-Match: W/\"2\""})
    void aConditionThatDoesNotHoldIs412WithWhatHolds(String condition) {
        http.put("/v1/kv/a", "1");
        http.put("/v1/kv/a", "2");
        for (String method : new String[] {"PUT", "DELETE"}) {
            Wire.Reply reply = http.call(method, "/v1/kv/a", new byte[0], condition);
            assertProblem(reply, 412, "precondition-failed");
            assertOutcome(reply, "not-applied");
            assertThat(reply.header("ETag")).contains("\"2\"");
            assertThat(reply.json().path("current").toString()).isEqualTo("{\"revision\":2,\"exists\":true}");
            assertThat(reply.json().path("retryable").asBoolean()).isFalse();
        }
        Wire.Reply shown = http.put("/v1/kv/a?prev=true", "3", condition);
        assertThat(shown.json().path("current").toString())
                .isEqualTo("{\"revision\":2,\"exists\":true,\"value\":\"2\"}");
        assertThat(store.contents()).isEqualTo(Map.of("a", "2"));
    }

    @Test
    void aConditionOnAnAbsentKeySaysThatItIsAbsent() {
        for (String tag : new String[] {"*", "\"1\"", "\"0\""}) {
            Wire.Reply reply = http.put("/v1/kv/a", "1", "If-Match: " + tag);
            assertProblem(reply, 412, "precondition-failed");
            assertThat(reply.header("ETag")).isEmpty();
            assertThat(reply.json().path("current").toString()).isEqualTo("{\"revision\":0,\"exists\":false}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"If-Match: 42", "If-Match: \"42", "If-Match: 42\"", "If-Match: w/\"42\"",
            "If-Match: \"1\" \"2\"", "If-Match: *, \"1\"", "If-Match: \"a b\"", "If-Match:", "If-Match: ,",
            "If-Match: W/", "If-None-Match: yes", "If-None-Match: '1'", "If-Match: \"1\"x"})
    void aMalformedConditionIsNotTakenForNone(String condition) {
        for (String method : new String[] {"PUT", "DELETE", "GET"}) {
            assertProblem(http.call(method, "/v1/kv/a", new byte[0], condition), 400, "invalid-request");
        }
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void bothConditionsAtOnceAreRefusedAndSoIsAnEndlessList() {
        Wire.Reply reply = http.put("/v1/kv/a", "1", "If-Match: *", "If-None-Match: \"1\"");
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertProblem(http.put("/v1/kv/a", "1", "If-Match: " + "\"1\",".repeat(101)), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NO_QUORUM, 503, no-quorum, not-applied", "OVERLOADED, 503, overloaded, not-applied",
        "STARTING, 503, starting, not-applied", "DRAINING, 503, draining, not-applied",
        "UNSUPPORTED, 501, not-implemented, not-applied", "OUTCOME_UNKNOWN, 504, outcome-unknown, unknown"
    })
    void whyReplicationFailedIsTold(Reason reason, int status, String type, String outcome) {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(new ReplicationException(reason, "It rains.")));
        for (String method : new String[] {"PUT", "DELETE"}) {
            Wire.Reply reply = http.call(method, "/v1/kv/a", new byte[0]);
            assertProblem(reply, status, type);
            assertOutcome(reply, outcome);
            assertThat(reply.json().path("detail").asString()).contains("It rains.");
            assertThat(reply.json().path("retryable").asBoolean()).isEqualTo(status == 503);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void aRefusalThatIsThrownIsToldLikeOneThatIsReturned(Reason reason) {
        store.answerWritesBy(() -> {
            throw new ReplicationException(reason, "");
        });
        int status = switch (reason) {
            case NO_QUORUM, OVERLOADED, READ_ONLY, DAMAGED, STARTING, DRAINING, REMOVED -> 503;
            case QUOTA_EXCEEDED -> 507;
            case UNSUPPORTED -> 501;
            case OUTCOME_UNKNOWN -> 504;
        };
        assertThat(http.put("/v1/kv/a", "1").status()).isEqualTo(status);
    }

    @Test
    void aWriteOfUnknownOutcomeMayBeRepeatedOnlyUnderACondition() {
        store.answerWritesBy(
                () -> CompletableFuture.failedFuture(new ReplicationException(Reason.OUTCOME_UNKNOWN, "")));
        assertThat(retryable(http.put("/v1/kv/a", "1"))).isFalse();
        assertThat(retryable(http.put("/v1/kv/a", "1", "If-Match: *"))).isFalse();
        assertThat(retryable(http.put("/v1/kv/a", "1", "If-Match: \"1\""))).isTrue();
        assertThat(retryable(http.put("/v1/kv/a", "1", "If-None-Match: *"))).isTrue();
        assertThat(retryable(http.delete("/v1/kv/a", "If-Match: \"1\""))).isTrue();
    }

    @Test
    void replicationIsGivenTheRequestsWholeTime() {
        http.put("/v1/kv/a", "1");
        assertThat(store.lastTimeout()).isEqualTo(TestServer.SMALL.requestTimeout());
    }

    @Test
    void aFaultOfTheServiceIs500AndTellsNothingOfItsCause() {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(new IllegalStateException("secret")));
        Wire.Reply failed = http.put("/v1/kv/a", "1");
        assertProblem(failed, 500, "internal-error");
        assertOutcome(failed, "unknown");
        assertThat(failed.text()).doesNotContain("secret", "IllegalState", "at io.canvass");

        store.answerWritesBy(() -> CompletableFuture.completedFuture(Result.getDefaultInstance()));
        assertProblem(http.put("/v1/kv/a", "1"), 500, "internal-error");
        assertProblem(http.delete("/v1/kv/a"), 500, "internal-error");
        store.answerWritesBy(() -> CompletableFuture.failedFuture(new StackOverflowError("secret")));
        Wire.Reply error = http.put("/v1/kv/a", "1");
        assertProblem(error, 500, "internal-error");
        assertThat(error.text()).doesNotContain("secret", "StackOverflow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttl=30", "lease=7F3A", "prev", "prev=1", "prev=", "prev=TRUE", "prev=true&prev=true",
            "consistency=local", "format=json", "x=%"})
    void anythingUnknownInTheQueryIsRefusedBeforeAnythingIsWritten(String query) {
        Wire.Reply put = http.put("/v1/kv/a?" + query, "1");
        assertProblem(put, 400, "invalid-request");
        assertOutcome(put, "not-applied");
        assertProblem(http.delete("/v1/kv/a?" + query), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = "Content-Range: bytes 0-1/10")
    void aHeaderWhosePromiseCannotBeKeptIsRefusedByName(String header) {
        Wire.Reply reply = http.put("/v1/kv/a", "1", header);
        assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains(header.split(":", 2)[0]);
        assertProblem(http.delete("/v1/kv/a", header), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void anEncodedBodyIsRefusedAndAnyMediaTypeIsWelcome() {
        Wire.Reply reply = http.put("/v1/kv/a", "1", "Content-Encoding: gzip");
        assertProblem(reply, 415, "unsupported-media-type");
        assertThat(reply.header("Accept-Encoding")).contains("identity");
        assertThat(store.commands()).isEmpty();
        for (String type : new String[] {"text/html", "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded", "nonsense"}) {
            int status = http.put("/v1/kv/a", "x=1&y=%20", "Content-Type: " + type).status();
            assertThat(status).as(type).isBetween(200, 201);
            assertThat(http.get("/v1/kv/a").text()).isEqualTo("x=1&y=%20");
        }
        assertThat(http.put("/v1/kv/a", "1", "Content-Encoding: identity").status()).isEqualTo(200);
    }

    @Test
    void aWriteIsNotRefusedOverTheFormOfItsReceipt() {
        assertThat(http.put("/v1/kv/a", "1", "Accept: text/plain").status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").header("Vary")).isEqualTo(Optional.empty());
    }

    private static boolean retryable(Wire.Reply reply) {
        assertProblem(reply, 504, "outcome-unknown");
        return reply.json().path("retryable").asBoolean();
    }
}
