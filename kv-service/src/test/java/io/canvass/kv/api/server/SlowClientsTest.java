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
import java.util.concurrent.locks.LockSupport;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.http.BodyTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletContextInitializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients that send for ever, and never so slowly that a pause would end it, or that say nothing at all. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class SlowClientsTest {
    private static final int BETWEEN_BYTES_MILLIS = 50;
    private static final int PATIENCE_MILLIS = 60_000;

    /** The head of one. */
    private static final String BATCH = """
            POST /v1/batch HTTP/1.1
            Host: t
            Content-Type: application/x-ndjson
            Transfer-Encoding: chunked
            Connection: close

            """.replace("\n", "\r\n");

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

    private void serveBodiesWithin(Duration limit) {
        ServletContextInitializer bound = context -> BodyTime.bound(context, limit);
        server = TestServer.start(TestServer.SMALL, List.of(bound, meters));
        http = new Wire(server.port());
    }

    private static boolean hungUp(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (SocketException _) {
            return true;
        }
    }

    private double refused() {
        return meters.counter("kv.limit.refusals", "limit", "kv.request.body-timeout").count();
    }

    /** What the server answers to a body that comes in pieces until the connection is over. */
    private static Wire.Reply answerTo(Socket socket, String head, String piece) throws IOException {
        send(socket, head);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    send(socket, piece);
                    LockSupport.parkNanos(Duration.ofMillis(BETWEEN_BYTES_MILLIS).toNanos());
                }
            } catch (IOException _) {
                // Hung up on, or the answer was read.
            }
        });
        socket.setSoTimeout(PATIENCE_MILLIS);
        return Wire.Reply.read(socket.getInputStream(), "POST");
    }

    @Test
    void aBodyThatComesByteByByteForEverIs408AndNamesTheSetting() throws IOException {
        serveBodiesWithin(Duration.ofSeconds(1));
        try (Socket slow = http.connect()) {
            Wire.Reply reply =
                    answerTo(slow, "PUT /v1/kv/slow HTTP/1.1\r\nHost: t\r\nContent-Length: 60000\r\n\r\n", "x");
            ApiTest.assertProblem(reply, 408, "request-timeout");
            assertThat(reply.json().path("property").asString()).isEqualTo("kv.request.body-timeout");
            assertThat(reply.json().path("limit").asString()).isEqualTo("1s");
            assertThat(hungUp(slow)).as("what is left is not waited for").isTrue();
        }
        assertThat(server.store().contents()).isEmpty();
        assertThat(refused()).isEqualTo(1);
    }

    /** Tomcat alone would read it to its end, as long as it comes. */
    @Test
    void whatIsLeftOfTheBodyOfARefusedRequestIsReadForAWhileAndNoLonger() throws IOException {
        serveBodiesWithin(Duration.ofSeconds(1));
        try (Socket slow = http.connect()) {
            Wire.Reply reply =
                    answerTo(slow, "PUT /v1/kv/a?x=1 HTTP/1.1\r\nHost: t\r\nContent-Length: 60000\r\n\r\n", "x");
            ApiTest.assertProblem(reply, 400, "invalid-request");
            assertThat(hungUp(slow)).isTrue();
        }
        try (Socket prompt = http.connect()) {
            prompt.setSoTimeout(PATIENCE_MILLIS);
            for (int round = 0; round < 2; round++) {
                send(prompt, "PUT /v1/none HTTP/1.1\r\nHost: t\r\nContent-Length: 60000\r\n\r\n" + "x".repeat(60_000));
                assertThat(Wire.Reply.read(prompt.getInputStream(), "PUT").status()).isEqualTo(404);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT /../a HTTP/1.1", "PUT /v1/kv/a HTTP/3.1", "PUT /v1/kv/a%2 HTTP/1.1", "PUT a:b HTTP/1.1"})
    void theBodyOfARequestThatTomcatRefusesByItsHeadIsDroppedToo(String first, CapturedOutput log) throws IOException {
        serveBodiesWithin(Duration.ofSeconds(1));
        for (String length : List.of("5", "60000")) {
            Wire.Reply reply = http.raw(first + "\r\nHost: t\r\nContent-Length: " + length + "\r\n\r\nabcde");
            assertThat(reply.status()).isIn(400, 404, 505);
            assertThat(reply.text()).contains("\"type\":\"/problems/");
        }
        assertThat(log.getAll()).doesNotContain("Error processing request");
    }

    /** Blank lines are no lines that arrive. */
    @ParameterizedTest
    @ValueSource(strings = {"1\r\nx\r\n", "1\r\n\n\r\n"})
    void aLineOfABatchThatNeverEndsIs408AndWhatCameBeforeStands(String piece) throws IOException {
        serveBodiesWithin(Duration.ofSeconds(1));
        String line = """
                {"put":{"key":"first","value":"1"}}
                """;
        try (Socket slow = http.connect()) {
            Wire.Reply reply = answerTo(slow, BATCH + Integer.toHexString(line.length()) + "\r\n" + line + "\r\n", piece);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text().lines().toList()).hasSize(2).first().asString().contains("\"status\":201");
            assertThat(reply.text()).contains("kv.request.body-timeout").contains("/problems/request-timeout");
        }
        assertThat(server.store().contents()).containsOnlyKeys("first");
        assertThat(refused()).isEqualTo(1);
    }

    @Test
    void aBatchMayGoOnForLongerThanAnyOfItsLines() throws IOException {
        serveBodiesWithin(Duration.ofSeconds(2));
        long endNanos = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        String line = """
                {"put":{"key":"a","value":"1"}}
                """;
        int lines = 0;
        try (Socket patient = http.connect()) {
            send(patient, BATCH);
            while (System.nanoTime() < endNanos) {
                send(patient, Integer.toHexString(line.length()) + "\r\n" + line + "\r\n");
                lines++;
                LockSupport.parkNanos(Duration.ofMillis(BETWEEN_BYTES_MILLIS).toNanos());
            }
            send(patient, "0\r\n\r\n");
            patient.setSoTimeout(PATIENCE_MILLIS);
            assertThat(Wire.Reply.read(patient.getInputStream(), "POST").text().lines()).hasSize(lines);
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
