package io.canvass.kv.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ProbeTest {
    @ParameterizedTest
    @CsvSource({"200, true", "204, true", "302, false", "404, false", "503, false"})
    void onlyASuccessIsGoodHealth(int status, boolean good, CapturedOutput output) throws IOException {
        byte[] body = "{\"status\":\"SAID\"}".getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/readyz", exchange -> {
            // Followed, it would be a success.
            exchange.getResponseHeaders().set("Location", "/");
            exchange.sendResponseHeaders(status, status == 204 ? -1 : body.length);
            if (status != 204) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            assertThat(Probe.ask("http://127.0.0.1:" + server.getAddress().getPort() + "/readyz")).isEqualTo(good);
        } finally {
            server.stop(0);
        }
        assertThat(output).contains(" answers " + status + " " + (status == 204 ? "" : "{\"status\":\"SAID\"}"));
    }

    @Test
    void nobodyThereIsBadHealth(CapturedOutput output) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(Probe.ask("http://127.0.0.1:" + port + "/readyz")).isFalse();
        assertThat(output).contains("gives no answer: java.net.ConnectException");
    }

    @Test
    void whatIsNoUrlIsBadHealthAndNoStackTrace(CapturedOutput output) {
        assertThat(Probe.ask("readyz")).isFalse();
        assertThat(output).contains("readyz gives no answer: ").doesNotContain("\tat ");
    }

    @Test
    void withoutAUrlItAsksThisNodeWhereTheServiceIsToldToListen() {
        assertThat(Probe.ownReadiness(Map.of())).isEqualTo("http://127.0.0.1:8080/readyz");
        assertThat(Probe.ownReadiness(Map.of("SERVER_PORT", "8090"))).isEqualTo("http://127.0.0.1:8090/readyz");
    }
}
