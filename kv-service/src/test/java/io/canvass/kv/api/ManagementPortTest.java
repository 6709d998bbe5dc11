package io.canvass.kv.api;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.canvass.kv.api.server.SlowHeads;
import io.canvass.kv.store.Right;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The actuator on a port of its own: guarded as on the main port, and nothing there changes or tells what it should not. */
@Timeout(120)
class ManagementPortTest {
    private static final SlowHeads HEADS = new SlowHeads(Duration.ofSeconds(2), new SimpleMeterRegistry());

    private static TestServer server;
    private static Wire main;
    private static Wire management;

    @BeforeAll
    static void begin() {
        HEADS.start();
        server = TestServer.guarded(List.of(HEADS), "--management.server.port=0", "--management.server.address=127.0.0.1");
        main = new Wire(server.port());
        management = new Wire(server.managementPort());
    }

    @AfterAll
    static void end() {
        server.stop();
        HEADS.close();
    }

    @Test
    void probesAnswerEverybodyOnTheMainPort() {
        assertThat(server.managementPort()).isNotEqualTo(server.port());
        assertThat(main.get("/livez").status()).isEqualTo(200);
        assertThat(main.get("/readyz").status()).isNotIn(401, 403, 404);
    }

    @Test
    void theActuatorAsksThereWhoCallsAsOnTheMainPort() {
        Rights rights = new Rights(server.store());
        String monitor = rights.token("ops", Rights.grant(Right.MONITOR, ""));
        String reader = rights.token("app", Rights.grant(Right.READ, ""));
        for (String path : List.of("/actuator", "/actuator/health", "/actuator/info")) {
            assertThat(management.get(path).status()).as(path).isEqualTo(401);
            assertThat(management.get(path, reader).status()).as(path).isEqualTo(403);
            assertThat(management.get(path, monitor).status()).as(path).isIn(200, 503);
        }
        // It has left the main port.
        assertThat(main.get("/actuator/health", monitor).status()).isEqualTo(404);
        // And the API is not at the other one, for an admin neither.
        assertThat(management.put("/v1/kv/a", "x", Rights.ADMIN).status()).isIn(403, 404);
        assertThat(server.store().contents()).doesNotContainKey("a");
    }

    @Test
    void whatWouldChangeTheNodeOrTellItsMemoryIsThereForNobody() {
        for (String endpoint : List.of("heapdump", "threaddump", "shutdown", "loggers", "loggers/ROOT", "env", "configprops",
                "restart", "refresh", "sbom", "mappings", "beans")) {
            for (String method : List.of("GET", "POST")) {
                assertThat(management.call(method, "/actuator/" + endpoint, new byte[0], Rights.ADMIN).status())
                        .as(method + " " + endpoint)
                        .isIn(403, 404, 405);
            }
        }
    }

    @Test
    void whatTomcatItselfRefusesThereIsAProblemAsOnTheMainPort() throws IOException {
        for (Wire wire : List.of(main, management)) {
            ApiTest.assertProblem(wire.raw("GET /actuator/health HTTP/1.1\r\nHost: a b\r\n\r\n"), 400, "invalid-request");
        }
    }

    @Test
    void aHeadThatComesByteByByteIsHungUpOnThereToo() throws Exception {
        try (Socket slow = management.connect()) {
            OutputStream out = slow.getOutputStream();
            out.write("GET /actuator/health HTTP/1.1\r\nHost: t\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            slow.setSoTimeout(50);
            int read = 0;
            while (read == 0) {
                try {
                    out.write('x');
                    read = slow.getInputStream().read();
                } catch (SocketTimeoutException _) {
                    // Not yet.
                } catch (SocketException _) {
                    read = -1;
                }
            }
            assertThat(read).isEqualTo(-1);
        }
    }
}
