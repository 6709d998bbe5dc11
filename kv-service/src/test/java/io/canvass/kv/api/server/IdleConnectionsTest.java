package io.canvass.kv.api.server;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** On a server that waits for its clients longer than this test for it, so that nothing ends by a timeout. */
class IdleConnectionsTest {
    private static final int MANY = 1000;

    private final List<Socket> idle = new ArrayList<>();
    private TestServer server = TestServer.shared();

    @BeforeEach
    void startPatientServer() {
        server = TestServer.start(TestServer.SMALL, "--server.tomcat.connection-timeout=1h");
    }

    @AfterEach
    void hangUpAndStop() throws IOException {
        for (Socket socket : idle) {
            socket.close();
        }
        server.stop();
    }

    @Test
    void aThousandConnectionsThatSayNothingDoNotKeepOthersFromBeingServed() throws IOException {
        Wire http = new Wire(server.port());
        for (int i = 0; i < MANY; i++) {
            idle.add(http.connect());
        }
        assertServed(http);
    }

    @Test
    void aThousandHalfSentRequestsDoNotKeepOthersFromBeingServed() throws IOException {
        Wire http = new Wire(server.port());
        String head = "PUT /v1/kv/slow HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n";
        for (int i = 0; i < MANY; i++) {
            Socket socket = http.connect();
            idle.add(socket);
            // Half of them stop in the headers, half in the body, where a thread waits for the rest.
            String sent = i % 2 == 0 ? head : head + "\r\nabc";
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        }
        assertServed(http);
    }

    private void assertServed(Wire http) {
        assertThat(http.put("/v1/kv/a", "green").status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").text()).isEqualTo("green");
        assertThat(server.store().contents()).containsOnlyKeys("a");
    }
}
