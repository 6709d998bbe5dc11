package io.canvass.kv.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IdleConnectionsTest extends ApiTest {
    private static final int MANY = 1000;

    private final List<Socket> idle = new ArrayList<>();

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : idle) {
            socket.close();
        }
    }

    @Test
    void aThousandConnectionsThatSayNothingDoNotKeepOthersFromBeingServed() throws IOException {
        for (int i = 0; i < MANY; i++) {
            idle.add(http.connect());
        }
        assertThat(http.put("/v1/kv/a", "green").status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").text()).isEqualTo("green");
    }

    @Test
    void aThousandHalfSentRequestsDoNotKeepOthersFromBeingServed() throws IOException {
        for (int i = 0; i < MANY; i++) {
            Socket socket = http.connect();
            idle.add(socket);
            // Half of them stop in the headers, half in the body.
            String head = "PUT /v1/kv/slow HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n";
            socket.getOutputStream().write((i % 2 == 0 ? head : head + "\r\nabc").getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(http.put("/v1/kv/a", "green").status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").text()).isEqualTo("green");
        assertThat(store.contents()).containsOnlyKeys("a");
    }
}
