package io.canvass.kv.api.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients that send for ever, and never so slowly that a pause would end it, or that say nothing at all. */
@Timeout(120)
class SlowClientsTest {
    private static final int BETWEEN_BYTES_MILLIS = 50;
    private static final int PATIENCE_MILLIS = 60_000;

    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private SlowHeads heads = new SlowHeads(Duration.ofSeconds(1), meters);
    private TestServer server = TestServer.shared();
    private Wire http = new Wire(0);

    @BeforeEach
    void begin() {
        meters = new SimpleMeterRegistry();
        heads.close();
        heads = new SlowHeads(Duration.ofSeconds(1), meters);
        heads.start();
    }

    private void serve(String connectionTimeout) {
        server = TestServer.start(
                TestServer.SMALL, List.of(heads), "--server.tomcat.connection-timeout=" + connectionTimeout);
        http = new Wire(server.port());
    }

    @AfterEach
    void end() {
        heads.close();
        server.stop();
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether the server has hung up. Waits a moment for it. */
    private static boolean isOver(Socket socket) throws IOException {
        socket.setSoTimeout(BETWEEN_BYTES_MILLIS);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (SocketException _) {
            return true;
        }
    }

    private double ended() {
        return meters.counter("kv.limit.refusals", "limit", "kv.request.head-timeout").count();
    }

    @Test
    void aHeadThatComesByteByByteForEverIsHungUpOnAndOthersAreAnsweredMeanwhile() throws IOException {
        serve("1h");
        try (Socket slow = http.connect()) {
            send(slow, "GET /livez HTTP/1.1\r\nHost: t\r\nX-Slow: ");
            boolean over = false;
            while (!over) {
                assertThat(http.put("/v1/kv/a", "green").status()).isIn(200, 201);
                try {
                    send(slow, "x");
                } catch (SocketException _) {
                    over = true;
                }
                over = over || isOver(slow);
            }
        }
        await().until(() -> ended() == 1);
    }

    /** The same for the second request of a connection, whose time begins with its own first byte. */
    @Test
    void whatIsOpenForLongerWithoutAHeadUnderWayGoesOn() throws IOException {
        serve("1h");
        try (Socket watching = http.connect(); Socket kept = http.connect(); Socket slow = http.connect()) {
            send(watching, "GET /v1/watch?prefix= HTTP/1.1\r\nHost: t\r\n\r\n");
            BufferedReader events =
                    new BufferedReader(new InputStreamReader(watching.getInputStream(), StandardCharsets.UTF_8));
            assertThat(events.readLine()).contains(" 200 ");
            send(kept, "GET /v1/kv/none HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(Wire.Reply.read(kept.getInputStream(), "GET").status()).isEqualTo(404);
            send(slow, "GET /v1/kv/none HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(Wire.Reply.read(slow.getInputStream(), "GET").status()).isEqualTo(404);

            send(slow, "GET /v1/kv/none HTTP/1.1\r\nHost:");
            while (!isOver(slow)) {
                assertThat(ended()).isLessThanOrEqualTo(1);
            }

            // Both are older than the one that was hung up on.
            send(kept, "GET /v1/kv/none HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(Wire.Reply.read(kept.getInputStream(), "GET").status()).isEqualTo(404);
            assertThat(http.put("/v1/kv/after", "x").status()).isEqualTo(201);
            String line = events.readLine();
            while (!line.contains("\"after\"")) {
                line = events.readLine();
            }
        }
        await().until(() -> ended() == 1);
    }

    @Test
    void whoSaysNothingOrPausesInAHeadOrABodyIsHungUpOnAfterTheTimeoutOfAPause() throws IOException {
        serve("500ms");
        try (Socket silent = http.connect(); Socket body = http.connect()) {
            send(body, "PUT /v1/kv/slow HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
            body.setSoTimeout(PATIENCE_MILLIS);
            Wire.Reply reply = Wire.Reply.read(body.getInputStream(), "PUT");
            assertThat(reply.status()).isEqualTo(408);
            assertThat(reply.text()).contains("/problems/request-timeout");
            silent.setSoTimeout(PATIENCE_MILLIS);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(http.put("/v1/kv/a", "green").status()).isEqualTo(201);
        assertThat(server.store().contents()).containsOnlyKeys("a");
    }
}
