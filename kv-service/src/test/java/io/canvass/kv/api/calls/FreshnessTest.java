package io.canvass.kv.api.calls;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.cluster.Replication.Staleness;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** KV-API.md, section 4: how fresh a read is, or how old. */
class FreshnessTest extends ApiTest {
    private static final Bytes A = Bytes.ofUtf8("a");
    private static final Bytes B = Bytes.ofUtf8("b");

    /** a: 1 at revision 1, 2 at revision 3, gone at 4, 5 at revision 5; b at revision 2. */
    private void seed() {
        store.seed(A, new byte[] {'1'});
        store.seed(B, new byte[] {'2'});
        store.seed(A, new byte[] {'3'});
        store.remove("a");
        store.seed(A, new byte[] {'5'});
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 1, 1", "3, 3, 3", "5, 5, 5"})
    void aRevisionIsReadExactly(long revision, String value, long modRevision) {
        seed();
        Wire.Reply reply = http.get("/v1/kv/a?revision=" + revision);
        assertThat(reply.text()).isEqualTo(value);
        assertThat(reply.header("ETag")).contains("\"" + modRevision + "\"");
        assertThat(reply.header("Kv-Store-Revision")).contains(Long.toString(revision));
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(http.get("/v1/kv/a?revision=" + revision, "If-None-Match: \"" + modRevision + "\"").status())
                .isEqualTo(304);
    }

    @Test
    void aKeyThatWasNotThereAtARevisionIs404AtThatRevision() {
        seed();
        Wire.Reply reply = http.get("/v1/kv/a?revision=4");
        assertProblem(reply, 404, "key-not-found");
        assertThat(reply.header("Kv-Store-Revision")).contains("4");
        assertProblem(http.get("/v1/kv/b?revision=1"), 404, "key-not-found");
    }

    @Test
    void belowTheCompactRevisionIs410AndAtItIsNot() {
        seed();
        store.compact(3);
        for (String target : new String[] {"/v1/kv/a?revision=2", "/v1/kv?revision=2", "/v1/kv/none?revision=1"}) {
            Wire.Reply reply = http.get(target);
            assertProblem(reply, 410, "revision-compacted");
            assertNoOutcome(reply);
            assertThat(reply.json().path("compactRevision").asLong()).isEqualTo(3);
            assertThat(reply.json().path("detail").asString()).contains("begins at revision 3");
        }
        assertThat(http.get("/v1/kv/a?revision=3").text()).isEqualTo("3");
        assertThat(http.get("/v1/kv/b?revision=3").text()).isEqualTo("2");
    }

    @Test
    void aboveTheStoresRevisionIs400AndAtItIsNot() {
        seed();
        assertThat(http.get("/v1/kv/a?revision=5").status()).isEqualTo(200);
        for (String target : new String[] {"/v1/kv/a?revision=6", "/v1/kv?revision=6",
                "/v1/kv/a?revision=6&consistency=local"}) {
            Wire.Reply reply = http.get(target);
            assertProblem(reply, 400, "revision-in-future");
            assertNoOutcome(reply);
            assertThat(reply.json().path("detail").asString()).contains("up to revision 5", "min-revision");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linearizable", "local"})
    void aReadWaitsUntilTheStoreHasComeToItsRevision(String consistency) throws Exception {
        seed();
        CompletableFuture<Wire.Reply> reply = CompletableFuture.supplyAsync(
                () -> http.get("/v1/kv/a?min-revision=7&consistency=" + consistency));
        await().until(() -> store.waitingForRevisions() == 1);
        store.seed(A, new byte[] {'6'});
        assertThat(store.waitingForRevisions()).isEqualTo(1);
        assertThat(reply).isNotDone();
        store.seed(A, new byte[] {'7'});
        assertThat(reply.get().text()).isEqualTo("7");
    }

    @Test
    void aRevisionThatTheStoreHasIsNotWaitedFor() {
        seed();
        assertThat(http.get("/v1/kv/a?min-revision=5&timeout=1ms&consistency=local").text()).isEqualTo("5");
        assertThat(http.get("/v1/kv?min-revision=5").json().path("count").asInt()).isEqualTo(2);
    }

    @Test
    void aRevisionThatDoesNotComeInTimeIsTooStale() {
        seed();
        for (String target : new String[] {"/v1/kv/a", "/v1/kv", "/v1/export"}) {
            Wire.Reply reply = http.get(target + "?min-revision=6&timeout=20ms");
            assertProblem(reply, 503, "too-stale");
            assertNoOutcome(reply);
            assertThat(reply.json().path("retryable").asBoolean()).isTrue();
            assertThat(reply.json().path("detail").asString()).contains("kv-1 has not come to revision 6 within 20ms");
        }
    }

    @Test
    void theTimeForAReadIsTheRequestsOwnOrTheNodes() {
        seed();
        http.get("/v1/kv/a?timeout=1234ms");
        assertThat(store.lastTimeout()).isEqualTo(Duration.ofMillis(1234));
        http.get("/v1/kv?timeout=10s");
        assertThat(store.lastTimeout()).isEqualTo(TestServer.SMALL.requestTimeout());
    }

    @Test
    void everyLocalReplySaysHowOldItMayBe() {
        seed();
        for (String target : new String[] {"/v1/kv/a?consistency=local", "/v1/kv/none?consistency=local",
                "/v1/kv?consistency=local", "/v1/kv?count-only=true&consistency=local",
                "/v1/kv/a?history=true&consistency=local", "/v1/export?consistency=local"}) {
            assertThat(http.get(target).header("Kv-Staleness")).as(target).contains("contact=41ms, lag=0");
            assertThat(http.get(target).header("Kv-Consistency")).as(target).contains("local");
        }
        assertThat(http.get("/v1/kv/a?consistency=local", "If-None-Match: \"5\"").header("Kv-Staleness"))
                .contains("contact=41ms, lag=0");
        store.age(new Staleness(OptionalLong.empty(), OptionalLong.empty()));
        assertThat(http.get("/v1/kv/a?consistency=local").header("Kv-Staleness")).contains("contact=never, lag=unknown");
    }

    @ParameterizedTest
    @CsvSource({
        "max-staleness=41ms, true", "max-staleness=40ms, false", "max-staleness=5s, true", "max-lag=7, true",
        "max-lag=6, false", "max-lag=0, false", "max-staleness=41ms&max-lag=7, true",
        "max-staleness=41ms&max-lag=6, false", "max-staleness=40ms&max-lag=7, false"
    })
    void aLocalReadIsNotOlderThanAllowed(String bounds, boolean within) {
        seed();
        store.age(new Staleness(OptionalLong.of(41), OptionalLong.of(7)));
        for (String target : new String[] {"/v1/kv/a", "/v1/kv"}) {
            Wire.Reply reply = http.get(target + "?consistency=local&" + bounds);
            assertThat(reply.header("Kv-Staleness")).contains("contact=41ms, lag=7");
            if (within) {
                assertThat(reply.status()).isEqualTo(200);
            } else {
                assertProblem(reply, 503, "too-stale");
                assertNoOutcome(reply);
            }
        }
    }

    @Test
    void whatIsNotKnownIsNotWithinAnyBound() {
        seed();
        store.age(new Staleness(OptionalLong.empty(), OptionalLong.empty()));
        Wire.Reply contact = http.get("/v1/kv/a?consistency=local&max-staleness=365d");
        assertProblem(contact, 503, "too-stale");
        assertThat(contact.json().path("detail").asString()).contains("has not heard a leader since it started");
        Wire.Reply lag = http.get("/v1/kv/a?consistency=local&max-lag=999999999999999999");
        assertProblem(lag, 503, "too-stale");
        assertThat(lag.json().path("detail").asString()).contains("does not know yet how far it is behind");
        assertThat(http.get("/v1/kv/a?consistency=local").text()).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-staleness=5s", "max-lag=3", "consistency=linearizable&max-lag=3",
                "consistency=local&max-staleness=5", "consistency=local&max-staleness=0s",
                "consistency=local&max-staleness=366d", "consistency=local&max-lag=-1", "consistency=local&max-lag=x",
                "consistency=local&max-lag=", "revision=-1", "revision=x", "min-revision=1.5", "timeout=10001ms",
                "revision=1000000000000000000"
            })
    void whatMakesNoSenseIsRefused(String query) {
        seed();
        assertProblem(http.get("/v1/kv/a?" + query), 400, "invalid-request");
        assertProblem(http.get("/v1/kv?" + query), 400, "invalid-request");
    }

    @Test
    void aWaitThatIsRefusedSaysWhy() {
        seed();
        store.answerReadsBy(() -> CompletableFuture.failedFuture(
                new ReplicationException(Reason.OVERLOADED, "10 requests are under way")));
        assertProblem(http.get("/v1/kv/a?min-revision=9"), 503, "overloaded");
    }

    @Test
    void aLeasesTtlIsAsItWasGrantedAndGoesWithTheLease() {
        long lease = store.seedLeased(A, new byte[0]).lease();
        assertThat(http.call("HEAD", "/v1/kv/a", new byte[0]).header("Kv-Ttl")).contains("30s");
        assertThat(http.get("/v1/kv/a", "If-None-Match: \"1\"").header("Kv-Ttl")).contains("30s");
        store.revoke(lease);
        Wire.Reply before = http.get("/v1/kv/a?revision=1");
        assertThat(before.header("Kv-Lease")).contains(Long.toHexString(lease));
        assertThat(before.header("Kv-Ttl")).isEmpty();
    }
}
