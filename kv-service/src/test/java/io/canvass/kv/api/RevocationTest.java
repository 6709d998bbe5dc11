package io.canvass.kv.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.canvass.kv.store.Right;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What becomes of streams and waits when the right to them is taken. */
class RevocationTest {
    private static TestServer server;

    private Rights rights;
    private String reader;

    @BeforeAll
    static void begin() {
        server = TestServer.guarded();
    }

    @AfterAll
    static void end() {
        server.stop();
    }

    @BeforeEach
    void givenAReader() {
        server.store().reset();
        rights = new Rights(server.store());
        reader = rights.token("reader", Rights.grant(Right.READ, "a/"), Rights.grant(Right.LOCK, "a/"));
    }

    /** An open stream, read line by line. */
    private record Stream(Socket socket, BufferedReader in) implements AutoCloseable {
        static Stream open(String target, String header) throws IOException {
            Socket socket = new Wire(server.port()).connect();
            socket.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + header + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            Stream stream = new Stream(
                    socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
            assertThat(stream.in.readLine()).contains(" 200 ");
            return stream;
        }

        /** All up to the line that holds {@code word}. */
        String until(String word) throws IOException {
            StringBuilder seen = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                seen.append(line).append('\n');
                if (line.contains(word)) {
                    return seen.toString();
                }
            }
            throw new AssertionError("The stream ended without '" + word + "': " + seen);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aWatchEndsWhenItsTokenIsRevokedAndTellsNothingThatCameAfter() throws IOException {
        try (Stream stream = Stream.open("/v1/watch?prefix=a/", reader)) {
            server.store().seed(Bytes.ofUtf8("a/1"), new byte[] {'1'});
            stream.until("a/1");
            rights.revoke("reader");
            server.store().seed(Bytes.ofUtf8("a/2"), new byte[] {'2'});
            assertThat(stream.until("revoked")).contains("goodbye").doesNotContain("a/2");
        }
    }

    @Test
    void aWatchEndsWhenItsRoleGrantsLess() throws IOException {
        try (Stream stream = Stream.open("/v1/watch?prefix=a/", reader)) {
            rights.role("reader", Rights.grant(Right.READ, "a/b/"));
            stream.until("revoked");
        }
    }

    @Test
    void aWatchGoesOnWhenOtherRightsChange() throws IOException {
        try (Stream stream = Stream.open("/v1/watch?prefix=a/", reader)) {
            rights.role("reader", Rights.grant(Right.READ, ""));
            rights.token("another", Rights.grant(Right.READ, "b/"));
            rights.revoke("another");
            server.store().seed(Bytes.ofUtf8("a/1"), new byte[] {'1'});
            assertThat(stream.until("a/1")).doesNotContain("goodbye");
        }
    }

    @Test
    void theWatchOfALockEndsToo() throws IOException {
        try (Stream stream = Stream.open("/v1/locks/a/l/watch", reader)) {
            rights.revoke("reader");
            stream.until("revoked");
        }
    }

    @Test
    void aLongPollThatWaitedWhileTheRightWasTakenIsRefused() throws IOException {
        // Those of the tests before may just be ending.
        await().until(() -> server.hub().openCount() == 0);
        try (Socket socket = new Wire(server.port()).connect()) {
            socket.getOutputStream().write(("GET /v1/kv/a/1?wait=5m HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"0\"\r\n" + reader
                    + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (server.hub().openCount() == 0) {
                Thread.onSpinWait();
            }
            rights.revoke("reader");
            server.store().seed(Bytes.ofUtf8("a/1"), "secret".getBytes(StandardCharsets.UTF_8));
            Wire.Reply reply = Wire.Reply.read(socket.getInputStream(), "GET");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.text()).doesNotContain("secret");
        }
    }

    @Test
    void aTokenThatHasExpiredIsNoToken() {
        Wire http = new Wire(server.port());
        String past = rights.token("past", List.of("reader"), 1);
        String future = rights.token("future", List.of("reader"), Long.MAX_VALUE);
        assertThat(http.get("/v1/kv?prefix=a/", past).status()).isEqualTo(401);
        assertThat(http.get("/v1/kv?prefix=a/", past).text()).contains("has expired");
        assertThat(http.get("/v1/kv?prefix=a/", future).status()).isEqualTo(200);
    }
}
