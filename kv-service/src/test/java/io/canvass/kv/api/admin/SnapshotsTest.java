package io.canvass.kv.api.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.SnapshotServer;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.backup.Backups;
import io.canvass.kv.backup.Copies;
import io.canvass.kv.cluster.ReplicationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code GET /v1/snapshot} and {@code POST /v1/snapshot/verify}. */
class SnapshotsTest extends ApiTest {
    private static final String GET = "/v1/snapshot";
    private static final String VERIFY = "/v1/snapshot/verify";

    private static String digest(byte[] bytes) throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
        return "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":";
    }

    private byte[] snapshot() {
        Wire.Reply reply = http.get(GET);
        assertThat(reply.status()).isEqualTo(200);
        return reply.body().array();
    }

    private Wire.Reply verify(byte[] body, String... headers) {
        return http.call("POST", VERIFY, body, headers);
    }

    @Test
    void aSnapshotComesWithItsLengthItsDigestAndAFileName() throws Exception {
        Wire.Reply reply = http.get(GET);
        assertThat(reply.status()).isEqualTo(200);
        byte[] body = reply.body().array();
        assertThat(reply.header("Content-Length")).contains(Integer.toString(body.length));
        assertThat(reply.header("Repr-Digest")).contains(digest(body));
        assertThat(reply.header("Content-Type")).contains("application/octet-stream");
        assertThat(reply.header("Content-Disposition"))
                .contains("attachment; filename=\"canvass-r" + SnapshotServer.KEYS + "-20260102T030405Z.snapshot\"");
        assertThat(reply.header("Kv-Revision")).contains(Long.toString(SnapshotServer.KEYS));
        assertThat(reply.header("Kv-Cluster-Id")).contains(Copies.CLUSTER.toString());
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
        assertThat(reply.header("Cache-Control")).contains("no-store");
    }

    @Test
    void headSaysTheSameAndSendsNothing() {
        Wire.Reply head = http.call("HEAD", GET, new byte[0]);
        Wire.Reply get = http.get(GET);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
        assertThat(head.header("Repr-Digest")).isEqualTo(get.header("Repr-Digest"));
    }

    @Test
    void whatCameIsSoundAndTheAnswerSaysWhatItHolds() throws Exception {
        byte[] snapshot = snapshot();
        for (String[] headers : new String[][] {
            {},
            {"Content-Type: application/x-www-form-urlencoded"},
            {"Repr-Digest: " + digest(snapshot)},
            {"Repr-Digest: sha-512=:AAAA:, " + digest(snapshot)}
        }) {
            Wire.Reply reply = verify(snapshot, headers);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode json = reply.json();
            assertThat(json.path("valid").asBoolean()).isTrue();
            assertThat(json.path("revision").asLong()).isEqualTo(SnapshotServer.KEYS);
            assertThat(json.path("keys").asLong()).isEqualTo(SnapshotServer.KEYS);
            assertThat(json.path("index").asLong()).isEqualTo(SnapshotServer.KEYS);
            assertThat(json.path("bytes").asLong()).isEqualTo(snapshot.length);
            assertThat(json.path("clusterId").asString()).isEqualTo(Copies.CLUSTER.toString());
            assertThat(json.path("createdAt").asString()).isEqualTo(Copies.NOW.toString());
            assertThat(json.path("digest").asString()).isEqualTo(digest(snapshot));
        }
    }

    @Test
    void whatIsBrokenIsToldAndWhere() {
        byte[] snapshot = snapshot();
        snapshot[snapshot.length - 1] ^= 1;
        Wire.Reply reply = verify(snapshot);
        assertProblem(reply, 400, "invalid-snapshot");
        assertThat(reply.json().path("detail").asString()).contains("does not match the digest at its end");
        assertOutcome(reply, "not-applied");
        Wire.Reply text = verify("hello".getBytes(StandardCharsets.UTF_8));
        assertProblem(text, 400, "invalid-snapshot");
        assertThat(text.json().path("detail").asString()).contains("does not begin as a snapshot");
        assertProblem(verify(new byte[0]), 400, "invalid-snapshot");
    }

    @Test
    void anotherSnapshotThanTheOneAnnouncedIsToldToo() throws Exception {
        byte[] snapshot = snapshot();
        Wire.Reply reply = verify(snapshot, "Repr-Digest: " + digest(new byte[0]));
        assertProblem(reply, 400, "invalid-snapshot");
        assertThat(reply.json().path("detail").asString()).contains("it is another one");
        assertProblem(verify(snapshot, "Repr-Digest: sha-256=abc"), 400, "invalid-request");
    }

    @Test
    void oneThatIsTooLargeIsRefusedByItsHeader() {
        Wire.Reply reply = verify(Copies.announcing(1L << 40));
        assertProblem(reply, 413, "snapshot-too-large");
        assertThat(reply.json().path("limit").asLong()).isEqualTo(Copies.LIMITS.maxCheckedBytes());
        assertThat(reply.json().path("actual").asLong()).isGreaterThan(1L << 40);
        assertThat(reply.json().path("property").asString()).isEqualTo("kv.backup.max-verify-size");
    }

    @Test
    void aSecondOneAtTheSameTimeIs409AndTheNextIsNot() throws Exception {
        Backups.Backup running = SnapshotServer.backups().begin();
        try {
            Wire.Reply reply = http.get(GET);
            assertProblem(reply, 409, "snapshot-running");
            assertThat(reply.header("Content-Disposition")).isEmpty();
        } finally {
            running.close();
        }
        assertThat(http.get(GET).status()).isEqualTo(200);
    }

    @Test
    void withoutAQuorumThereIsNoneButALocalOne() {
        store.answerReadsBy(() -> CompletableFuture.failedFuture(
                new ReplicationException(ReplicationException.Reason.NO_QUORUM, "No leader is known")));
        assertProblem(http.get(GET), 503, "no-quorum");
        Wire.Reply local = http.get(GET + "?consistency=local");
        assertThat(local.status()).isEqualTo(200);
        assertThat(local.header("Kv-Consistency")).contains("local");
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/snapshot?revision=3, 400, invalid-request",
        "GET, /v1/snapshot?consistency=some, 400, invalid-request",
        "POST, /v1/snapshot/verify?deep=true, 400, invalid-request", "PUT, /v1/snapshot, 405, method-not-allowed",
        "GET, /v1/snapshot/verify, 405, method-not-allowed"})
    void whatIsNotThereIsRefused(String method, String target, int status, String problem) {
        assertProblem(http.call(method, target, new byte[0]), status, problem);
    }

    @Test
    void anEncodedBodyIsRefused() {
        assertProblem(verify(snapshot(), "Content-Encoding: gzip"), 415, "unsupported-media-type");
        assertProblem(http.get(GET, "Accept: application/json"), 406, "not-acceptable");
    }

    @Test
    void anUploadThatIsBrokenOffIsNoSnapshot() throws IOException {
        byte[] snapshot = snapshot();
        try (Socket socket = http.connect()) {
            String head = "POST " + VERIFY + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: "
                    + snapshot.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(snapshot, 0, snapshot.length / 2);
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            assertProblem(Wire.Reply.read(socket.getInputStream(), "POST"), 400, "invalid-request");
        }
        assertThat(verify(snapshot).status()).as("the next").isEqualTo(200);
    }

    @Test
    void oneThatTheNodeBreaksOffEndsTheConnectionSoThatNobodyTakesItForWhole() throws Exception {
        Wire.Reply head = http.call("HEAD", GET, new byte[0]);
        long length = Long.parseLong(head.header("Content-Length").orElseThrow());
        Backups slow = SnapshotServer.backups(length / 2);
        TestServer server = TestServer.start(TestServer.SMALL, slow);
        try (Socket socket = new Wire(server.port()).connect()) {
            // Kept alive: else the end of the connection would say nothing.
            String request = "GET " + GET + " HTTP/1.1\r\nHost: test\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
            slow.close();
            long start = System.nanoTime();
            assertThat(in.readAllBytes().length).isLessThan((int) length);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        } finally {
            server.stop();
        }
    }
}
