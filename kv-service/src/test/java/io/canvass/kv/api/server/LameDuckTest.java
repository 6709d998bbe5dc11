package io.canvass.kv.api.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class LameDuckTest {
    /** Long beside what the test does meanwhile. */
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final TestServer server = TestServer.start(TestServer.SMALL, List.of(new LameDuck(PERIOD)));

    @Test
    void aServerThatLeavesAnswersOldAndNewConnectionsAndEndsThemUntilItRefusesNewOnes() throws IOException {
        Wire http = new Wire(server.port());
        try (Socket kept = http.connect()) {
            assertThat(ask(kept).header("connection")).isEmpty();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
            await("a new connection is ended with its answer").until(() -> {
                try (Socket fresh = http.connect()) {
                    return ask(fresh).header("connection").filter("close"::equals).isPresent();
                }
            });
            Wire.Reply last = ask(kept);
            assertThat(last.status()).isEqualTo(404);
            assertThat(last.header("connection")).contains("close");
            assertThat(kept.getInputStream().read()).as("what comes after the last answer").isEqualTo(-1);
            assertThat(stopped).isNotDone();
            stopped.join();
            assertThatThrownBy(http::connect).isInstanceOf(ConnectException.class);
        }
    }

    private static Wire.Reply ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /v1/kv/nothing HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return Wire.Reply.read(socket.getInputStream(), "GET");
    }
}
