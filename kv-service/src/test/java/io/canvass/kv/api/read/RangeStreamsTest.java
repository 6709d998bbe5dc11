package io.canvass.kv.api.read;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.server.LameDuck;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** KV-API.md, sections 3 and 6: whole ranges, one object per line. */
class RangeStreamsTest extends ApiTest {
    private static final String NDJSON = "Accept: application/x-ndjson";
    /** More than the buffers of two sockets hold. */
    private static final int LARGE_KEYS = 40;
    private static final int LARGE_BYTES = 600_000;

    private void seed(int keys) {
        for (int i = 0; i < keys; i++) {
            store.seed(Bytes.ofUtf8(String.format("k%04d", i)), new byte[] {'1'});
        }
    }

    private void seedLarge() {
        for (int i = 0; i < LARGE_KEYS; i++) {
            store.seed(Bytes.ofUtf8(String.format("k%04d", i)), new byte[LARGE_BYTES]);
        }
    }

    /** A client that has asked and read the beginning, and reads on only when it is told to. */
    private Socket slow(String target) throws IOException {
        Socket socket = http.connect();
        socket.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" + NDJSON
                + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
    }

    private static String rest(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aRangeOfManyPagesIsOneSnapshotWithAnEnd() {
        seed(2500);
        Wire.Reply reply = http.get("/v1/kv?prefix=k", NDJSON);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).contains("application/x-ndjson");
        assertThat(reply.header("Vary")).contains("Accept");
        assertThat(reply.header("Kv-Store-Revision")).contains("2500");
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
        List<JsonNode> lines = reply.lines();
        assertThat(lines).hasSize(2501);
        for (int i = 0; i < 2500; i++) {
            assertThat(lines.get(i).path("key").asString()).isEqualTo(String.format("k%04d", i));
            assertThat(lines.get(i).path("value").asString()).isEqualTo("1");
        }
        assertThat(lines.getLast().toString()).isEqualTo("{\"revision\":2500,\"count\":2500}");
    }

    @Test
    void aStreamKeepsItsRevisionWhileTheStoreGoesOn() throws IOException {
        seedLarge();
        try (Socket socket = slow("/v1/kv")) {
            store.seed(Bytes.ofUtf8("zzz"), new byte[0]);
            store.remove("k0039");
            assertThat(rest(socket))
                    .contains("\"key\":\"k0039\"")
                    .contains("{\"revision\":" + LARGE_KEYS + ",\"count\":" + LARGE_KEYS + "}\n")
                    .doesNotContain("zzz");
        }
    }

    @Test
    void aStreamWhoseHistoryGoesEndsWithTheProblem() throws IOException {
        seedLarge();
        try (Socket socket = slow("/v1/kv")) {
            store.seed(Bytes.ofUtf8("zzz"), new byte[0]);
            store.compact(LARGE_KEYS + 1);
            assertThat(rest(socket))
                    .contains("\n{\"error\":{\"type\":\"/problems/revision-compacted\"")
                    .contains("\"compactRevision\":41}}\n")
                    .doesNotContain("\"count\":");
        }
    }

    @Test
    void whoHangsUpEndsTheWalkAndSoManyMayBeOpenAtOnce() throws IOException {
        seedLarge();
        Socket first = slow("/v1/kv");
        try (Socket second = slow("/v1/export")) {
            await().until(() -> server.bean(RangeStreams.class).open() == TestServer.MAX_STREAMS);
            for (String target : new String[] {"/v1/kv", "/v1/export"}) {
                Wire.Reply third = http.get(target, NDJSON);
                assertProblem(third, 503, "overloaded");
                assertNoOutcome(third);
                assertThat(third.json().path("limit").asInt()).isEqualTo(TestServer.MAX_STREAMS);
                assertThat(third.json().path("property").asString()).isEqualTo("kv.stream.max-open");
                assertThat(third.header("Content-Disposition")).isEmpty();
            }
            assertThat(http.get("/v1/kv?limit=1").status()).isEqualTo(200);
            first.close();
            await().until(() -> server.bean(RangeStreams.class).open() == 1);
            assertThat(http.call("HEAD", "/v1/export", new byte[0]).status()).isEqualTo(200);
            assertThat(rest(second)).contains("{\"end\":true,\"count\":" + LARGE_KEYS + "}\n");
        }
        await().until(() -> server.bean(RangeStreams.class).open() == 0);
    }

    @Test
    void aStopEndsStreamsAndSaysSo() throws Exception {
        TestServer own = TestServer.start(TestServer.SMALL);
        for (int i = 0; i < LARGE_KEYS; i++) {
            own.store().seed(Bytes.ofUtf8("k" + i), new byte[LARGE_BYTES]);
        }
        Socket socket = new Wire(own.port()).connect();
        String request = "GET /v1/export HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        own.bean(RangeStreams.class).close();
        assertThat(rest(socket)).contains("{\"error\":{\"type\":\"/problems/draining\"").doesNotContain("\"end\":true");
        assertProblem(new Wire(own.port()).get("/v1/export"), 503, "draining");
        own.stop();
    }

    /** Otherwise the stop would wait for the write timeout, ten minutes here. */
    @Test
    @Timeout(300)
    void aStopDoesNotWaitForAClientThatReadsNothing() throws Exception {
        TestServer own = TestServer.start(
                TestServer.SMALL, List.of(new LameDuck(Duration.ofMillis(200))), "--server.shutdown=graceful",
                "--spring.lifecycle.timeout-per-shutdown-phase=10m", "--server.tomcat.connection-timeout=10m");
        for (int i = 0; i < LARGE_KEYS; i++) {
            own.store().seed(Bytes.ofUtf8("k" + i), new byte[LARGE_BYTES]);
        }
        try (Socket socket = new Wire(own.port()).connect()) {
            socket.getOutputStream().write("GET /v1/export HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            own.stop();
            assertThat(rest(socket)).as("what was sent before").contains("\"export\":1").doesNotContain("\"end\":true");
        }
    }

    @Test
    void orderRevisionAndKeysAreAsInPages() {
        seed(3);
        store.remove("k0001");
        assertThat(http.get("/v1/kv?reverse=true&keys-only=true&revision=3", NDJSON).text()).isEqualTo("""
                {"key":"k0002","revision":3,"createRevision":3,"version":1}
                {"key":"k0001","revision":2,"createRevision":2,"version":1}
                {"key":"k0000","revision":1,"createRevision":1,"version":1}
                {"revision":3,"count":3}
                """);
        assertThat(http.get("/v1/kv?prefix=none", NDJSON).text()).isEqualTo("{\"revision\":4,\"count\":0}\n");
        Wire.Reply head = http.call("HEAD", "/v1/kv", new byte[0], NDJSON);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).contains("application/x-ndjson");
    }

    @Test
    void aStreamComesOnlyToWhoWouldRatherHaveIt() {
        seed(1);
        for (String accept : new String[] {"*/*", "application/json, application/x-ndjson", "application/*", "",
                "application/x-ndjson;q=0.5, */*"}) {
            assertThat(http.get("/v1/kv", "Accept: " + accept).header("Content-Type")).as(accept).contains("application/json");
        }
        for (String accept : new String[] {"application/x-ndjson;q=0.1", "application/json;q=0.9, application/x-ndjson"}) {
            assertThat(http.get("/v1/kv", "Accept: " + accept).header("Content-Type"))
                    .as(accept)
                    .contains("application/x-ndjson");
        }
        Wire.Reply neither = http.get("/v1/kv", "Accept: text/csv");
        assertProblem(neither, 406, "not-acceptable");
        assertThat(neither.json().path("detail").asString()).contains("application/x-ndjson");
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=3", "max-bytes=3", "cursor=x", "count-only=true", "separator=/"})
    void whatIsForPagesIsRefused(String query) {
        assertProblem(http.get("/v1/kv?" + query, NDJSON), 400, "invalid-request");
    }

    @Test
    void whatGoesWrongBeforeTheFirstLineIsAProblem() {
        seed(3);
        store.compact(2);
        assertProblem(http.get("/v1/kv?revision=1", NDJSON), 410, "revision-compacted");
        assertProblem(http.get("/v1/export?revision=4"), 400, "revision-in-future");
        assertProblem(http.get("/v1/export", "Accept: application/json"), 406, "not-acceptable");
        assertProblem(http.get("/v1/export?start=a"), 400, "invalid-request");
        assertProblem(http.get("/v1/export?limit=1"), 400, "invalid-request");
        assertProblem(http.put("/v1/export", ""), 405, "method-not-allowed");
    }

    @Test
    void anExportHasABeginningAndAnEndAndKeepsTextAndBytes() {
        store.seed(Bytes.ofUtf8("app/a"), "grün".getBytes(StandardCharsets.UTF_8));
        store.seed(Bytes.wrap(new byte[] {'a', 'p', 'p', '/', (byte) 0xFF}), new byte[] {(byte) 0xFF});
        long lease = store.seedLeased(Bytes.ofUtf8("app/c"), new byte[0]).lease();
        store.seed(Bytes.ofUtf8("b"), new byte[0]);
        Wire.Reply reply = http.get("/v1/export?prefix=app/");
        assertThat(reply.text()).isEqualTo("""
                {"export":1,"revision":4,"prefix":"app/"}
                {"key":"app/a","value":"gr\\u00FCn","revision":1,"createRevision":1,"version":1}
                {"key":"app/c","value":"","revision":3,"createRevision":3,"version":1,"lease":"%s"}
                {"key64":"YXBwL_8","value64":"/w==","revision":2,"createRevision":2,"version":1}
                {"end":true,"count":3}
                """.formatted(Long.toHexString(lease)));
        assertThat(reply.header("Content-Disposition")).contains("attachment; filename=\"canvass-r4.ndjson\"");
        assertThat(reply.header("Content-Type")).contains("application/x-ndjson");
        assertThat(reply.header("Cache-Control")).contains("no-store");
        assertThat(http.get("/v1/export?prefix64=_w").text())
                .isEqualTo("{\"export\":1,\"revision\":4,\"prefix64\":\"_w\"}\n{\"end\":true,\"count\":0}\n");
        assertThat(http.get("/v1/export?revision=1").lines()).hasSize(3);
    }
}
