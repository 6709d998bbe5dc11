package io.canvass.kv.api.read;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.LocalStore;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.store.StoredValue;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: GET and HEAD of one key. */
class ReadsTest extends ApiTest {
    private static final Bytes COLOR = Bytes.ofUtf8("app/color");

    private void seedColor() {
        store.seed(COLOR, new byte[] {'r', 'e', 'd'});
        store.seed(Bytes.ofUtf8("other"), new byte[0]);
        store.seed(COLOR, new byte[] {'g', 'r', 'e', 'e', 'n'});
        store.seed(Bytes.ofUtf8("other"), new byte[0]);
    }

    @Test
    void theBodyIsTheValueAndTheHeadersSayHowItStands() {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("green");
        assertThat(reply.header("Content-Length")).contains("5");
        assertThat(reply.header("ETag")).contains("\"3\"");
        assertThat(reply.header("Kv-Revision")).contains("3");
        assertThat(reply.header("Kv-Create-Revision")).contains("1");
        assertThat(reply.header("Kv-Version")).contains("2");
        assertThat(reply.header("Kv-Store-Revision")).contains("4");
        assertThat(reply.header("Kv-Lease")).isEmpty();
        assertThat(reply.header("Kv-Ttl")).isEmpty();
        assertThat(reply.header("Kv-Staleness")).isEmpty();
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
        assertThat(reply.header("Kv-Leader")).contains("kv-2");
        assertThat(reply.header("Kv-Epoch")).contains("7");
        assertThat(reply.header("Kv-Request-Id")).isPresent();
    }

    @Test
    void aRawValueCannotRunAsAPageAndIsNotKeptUnasked() {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color");
        assertThat(reply.header("Content-Type")).contains("application/octet-stream");
        assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(reply.header("Content-Security-Policy")).contains("sandbox");
        assertThat(reply.header("Cache-Control")).contains("no-cache");
        assertThat(reply.header("Vary")).isEmpty();
        assertThat(reply.header("Set-Cookie")).isEmpty();
    }

    @Test
    void aLeaseIsNamedWhereThereIsOne() {
        long lease = store.seedLeased(COLOR, new byte[0]).lease();
        Wire.Reply reply = http.get("/v1/kv/app/color");
        assertThat(reply.header("Kv-Lease")).contains(Long.toHexString(lease));
        assertThat(reply.header("Kv-Ttl")).contains("30s");
        assertThat(http.get("/v1/kv/app/color?format=json").json().path("lease").asString()).isEqualTo(Long.toHexString(lease));
    }

    @Test
    void headHasTheHeadersOfGetAndNoBody() throws Exception {
        seedColor();
        Wire.Reply get = http.get("/v1/kv/app/color");
        Wire.Reply head = http.call("HEAD", "/v1/kv/app/color", new byte[0]);
        assertThat(head.status()).isEqualTo(200);
        get.headers().keySet().removeIf(name -> name.equals("kv-request-id") || name.equals("date"));
        assertThat(head.headers()).containsAllEntriesOf(get.headers());
        assertThat(http.call("HEAD", "/v1/kv/none", new byte[0]).status()).isEqualTo(404);
    }

    @Test
    void jsonIsAnotherUrlWithTheSameTag() {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color?format=json");
        assertThat(reply.text()).isEqualToIgnoringNewLines(
                "{\"key\":\"app/color\",\"value\":\"green\",\"revision\":3,\"createRevision\":1,\"version\":2}");
        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(reply.header("ETag")).contains("\"3\"");
        assertThat(reply.header("Cache-Control")).contains("no-cache");
        assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void aValueThatIsNotTextIsBase64InJsonAndNeverBoth() {
        byte[] value = {(byte) 0xFF, 0, (byte) 0xFE, '"'};
        store.seed(COLOR, value);
        Wire.Reply reply = http.get("/v1/kv/app/color?format=json");
        assertThat(Base64.getDecoder().decode(reply.json().path("value64").asString())).isEqualTo(value);
        assertThat(reply.json().has("value")).isFalse();
    }

    @Test
    void textOfAnyScriptSurvivesJson() {
        store.seed(Bytes.ofUtf8("ключ"), "\"\\\n\u0000 é € 😀".getBytes(StandardCharsets.UTF_8));
        Wire.Reply reply = http.get("/v1/kv/%D0%BA%D0%BB%D1%8E%D1%87?format=json");
        assertThat(reply.json().path("key").asString()).isEqualTo("ключ");
        assertThat(reply.json().path("value").asString()).isEqualTo("\"\\\n\u0000 é € 😀");
    }

    @Test
    void anAbsentKeyIsAProblemWithoutAnOutcome() {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/none");
        assertProblem(reply, 404, "key-not-found");
        assertNoOutcome(reply);
        assertThat(reply.header("Kv-Store-Revision")).contains("4");
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("ETag")).isEmpty();
        assertThat(reply.json().path("instance").asString()).isEqualTo("/v1/kv/none");
        assertThat(reply.json().path("leader").path("id").asString()).isEqualTo("kv-2");
        assertThat(reply.json().path("leader").path("url").asString()).isEqualTo("http://kv-2.kv-headless:8080");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"3\"", "\"1\", \"3\"", "W/\"3\"", "*", "\"x\",,\"3\"", "\"a,b\" , W/\"3\""})
    void aTagThatStillHoldsIsAnswered304(String tags) {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color", "If-None-Match: " + tags);
        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.text()).isEmpty();
        assertThat(reply.header("ETag")).contains("\"3\"");
        assertThat(reply.header("Kv-Revision")).contains("3");
        assertThat(reply.header("Kv-Store-Revision")).contains("4");
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("Cache-Control")).contains("no-cache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"2\"", "\"03\"", "\"x\"", "\"99999999999999999999\"", "\"0\""})
    void anotherTagIsAnswered200(String tags) {
        seedColor();
        assertThat(http.get("/v1/kv/app/color", "If-None-Match: " + tags).text()).isEqualTo("green");
    }

    @Test
    void anAbsentKeyIs404WhateverTheCondition() {
        assertProblem(http.get("/v1/kv/none", "If-None-Match: *"), 404, "key-not-found");
        assertProblem(http.get("/v1/kv/none", "If-Match: \"1\""), 404, "key-not-found");
    }

    @Test
    void ifMatchHoldsForReadsToo() {
        seedColor();
        assertThat(http.get("/v1/kv/app/color", "If-Match: \"3\"").status()).isEqualTo(200);
        Wire.Reply reply = http.get("/v1/kv/app/color", "If-Match: \"2\"");
        assertProblem(reply, 412, "precondition-failed");
        assertThat(reply.header("ETag")).contains("\"3\"");
        assertNoOutcome(reply);
    }

    @Test
    void aLocalReadIsLabelledAndNeedsNoQuorum() {
        seedColor();
        store.answerReadsBy(() -> CompletableFuture.failedFuture(new ReplicationException(Reason.NO_QUORUM, "")));
        store.seeCluster(LocalStore.ALONE);
        Wire.Reply reply = http.get("/v1/kv/app/color?consistency=local");
        assertThat(reply.text()).isEqualTo("green");
        assertThat(reply.header("Kv-Consistency")).contains("local");
        assertThat(reply.header("Kv-Leader")).isEmpty();
        assertThat(reply.header("Kv-Epoch")).contains("8");
    }

    @ParameterizedTest
    @CsvSource({
        "NO_QUORUM, no-quorum", "OVERLOADED, overloaded", "STARTING, starting", "DRAINING, draining",
        "OUTCOME_UNKNOWN, no-quorum"
    })
    void aLinearizableReadThatCannotBeConfirmedIs503WithoutAnOutcome(Reason reason, String type) {
        seedColor();
        store.answerReadsBy(() -> CompletableFuture.failedFuture(new ReplicationException(reason, "It rains.")));
        store.seeCluster(LocalStore.ALONE);
        for (String target : new String[] {"/v1/kv/app/color", "/v1/kv?prefix=a"}) {
            Wire.Reply reply = http.get(target);
            assertProblem(reply, 503, type);
            assertNoOutcome(reply);
            assertThat(reply.json().path("retryable").asBoolean()).isTrue();
            assertThat(reply.json().path("leader").isNull()).isTrue();
            assertThat(reply.json().path("detail").asString()).contains("It rains.");
        }
    }

    @Test
    void noQuorumSaysHowManyVotersAreSeen() {
        store.answerReadsBy(() -> CompletableFuture.failedFuture(new ReplicationException(Reason.NO_QUORUM, "")));
        store.seeCluster(LocalStore.ALONE);
        assertThat(http.get("/v1/kv/a").json().path("detail").asString())
                .startsWith("kv-1 sees 1 of 3 voters; 2 needed. Writes and linearizable reads are refused.");
    }

    @Test
    void replicationIsGivenTheRequestsWholeTime() {
        http.get("/v1/kv/a");
        assertThat(store.lastTimeout()).isEqualTo(TestServer.SMALL.requestTimeout());
    }

    @Test
    void aLeaseReadWhereTheyAreOffIsRefusedAndNamesTheSetting() {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color?consistency=lease");
        assertProblem(reply, 400, "invalid-request");
        assertNoOutcome(reply);
        assertThat(reply.json().path("detail").asString()).contains("kv.read.lease.enabled", "Nothing was done");
    }

    @Test
    void aLeaseReadSaysWhetherItWasOne() {
        seedColor();
        store.offersLeases(true);
        Wire.Reply byLease = http.get("/v1/kv/app/color?consistency=lease");
        assertThat(byLease.text()).isEqualTo("green");
        assertThat(byLease.header("Kv-Consistency")).contains("lease");
        assertThat(http.get("/v1/kv?consistency=lease").header("Kv-Consistency")).contains("lease");

        store.offersLeases(false);
        Wire.Reply confirmed = http.get("/v1/kv/app/color?consistency=lease");
        assertThat(confirmed.text()).isEqualTo("green");
        assertThat(confirmed.header("Kv-Consistency")).contains("linearizable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cosistency=local", "consistency=lease", "consistency=", "consistency",
                "consistency=local&consistency=local", "format=xml", "format=json&", "&", "=", "prev=true", "wait=30s",
                "revision=0", "min-revision=0", "timeout=0ms", "timeout=11s", "max-staleness=2s", "limit=1", "before=1",
                "format=%zz", "format=%FF", "consistency=local;format=json"
            })
    void anythingUnknownInTheQueryIsRefusedByName(String query) {
        seedColor();
        Wire.Reply reply = http.get("/v1/kv/app/color?" + query);
        assertProblem(reply, 400, "invalid-request");
        assertNoOutcome(reply);
    }

    @Test
    void anUnknownParameterIsToldWithThoseThatAreKnown() {
        assertThat(http.get("/v1/kv/a?wiat=30s").json().path("detail").asString())
                .contains("'wiat'", "consistency", "format", "wait");
        assertThat(http.get("/v1/kv/a?").status()).isEqualTo(404);
    }

    @Test
    void aQueryMayBePercentEncoded() {
        seedColor();
        assertThat(http.get("/v1/kv/app/color?%66ormat=%6Ason").json().path("value").asString()).isEqualTo("green");
    }

    @Test
    void acceptIsHeard() {
        seedColor();
        for (String fine : new String[] {"*/*", "application/*", "application/octet-stream;q=0.1",
                "text/html, */*;q=0.1", ""}) {
            assertThat(http.get("/v1/kv/app/color", "Accept: " + fine).status()).as(fine).isEqualTo(200);
        }
        Wire.Reply reply = http.get("/v1/kv/app/color", "Accept: application/json");
        assertProblem(reply, 406, "not-acceptable");
        assertThat(reply.json().path("detail").asString()).contains("format=json");
        assertProblem(http.get("/v1/kv/app/color", "Accept: application/octet-stream;q=0, */*"), 406, "not-acceptable");
        assertProblem(http.get("/v1/kv/app/color?format=json", "Accept: text/plain"), 406, "not-acceptable");
        assertProblem(http.get("/v1/kv/app/color", "Accept: nonsense"), 400, "invalid-request");
    }

    @Test
    void requestsAreTellableApart() {
        seedColor();
        assertThat(http.get("/v1/kv/app/color").header("Kv-Request-Id"))
                .isNotEqualTo(http.get("/v1/kv/app/color").header("Kv-Request-Id"));
    }

    @Test
    void theStoreIsReadOnlyAfterItIsConfirmedFresh() {
        StoredValue[] seen = new StoredValue[1];
        store.answerReadsBy(() -> {
            seen[0] = store.seed(COLOR, new byte[] {'n', 'e', 'w'});
            return CompletableFuture.completedFuture(null);
        });
        assertThat(http.get("/v1/kv/app/color").text()).isEqualTo("new");
        assertThat(seen[0]).isNotNull();
    }
}
