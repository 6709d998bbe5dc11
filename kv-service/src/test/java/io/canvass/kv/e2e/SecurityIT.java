package io.canvass.kv.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Authentication on three nodes: a token of one is a token of all, also after a restart, and revoked it is none on any. */
class SecurityIT {
    private static final String ADMIN = "the-first-admin-of-this-cluster-0123456789";
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            3, "--kv.security.authentication=true", "--kv.security.admin-token-file=" + adminFile(),
            "--kv.raft.election-timeout=3s");

    private static Path adminFile() {
        try {
            Path file = Files.createTempFile("canvass-admin-", ".token");
            file.toFile().deleteOnExit();
            return Files.writeString(file, ADMIN + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aTokenIsGoodOnAllNodesAndAfterARestartUntilItIsRevoked() throws IOException {
        cluster.nodes().forEach(node -> node.asksWith(ADMIN));
        LocalNode leader = cluster.awaitLeader();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        String token = makeToken(follower);

        try (Http client = new Http(PATIENCE, token); Http nobody = new Http(PATIENCE)) {
            for (LocalNode node : cluster.nodes()) {
                await("the token on " + node).atMost(LIMIT).until(() -> put(client, node, "app/x").isSuccess());
                assertThat(put(client, node, "other").status()).isEqualTo(403);
                assertThat(put(nobody, node, "app/x").status()).isEqualTo(401);
                assertThat(nobody.get(node.url() + "/livez").status()).isEqualTo(200);
                assertThat(nobody.get(node.url() + "/actuator/health/cluster").status()).isEqualTo(401);
            }

            follower.kill();
            follower.start();
            follower.awaitReady();
            await("the token after a restart").atMost(LIMIT).until(() -> put(client, follower, "app/x").isSuccess());

            try (Socket watch = watch(follower, token)) {
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8));
                assertThat(lines.readLine()).contains(" 200 ");
                assertThat(leader.http().delete(leader.url() + "/v1/auth/tokens/ci").isSuccess()).isTrue();
                assertThat(lines.lines().anyMatch(line -> line.contains("\"revoked\""))).isTrue();
            }
            // Of a node that has not heard of it yet, a write is refused where it is applied.
            for (LocalNode node : cluster.nodes()) {
                assertThat(put(client, node, "app/late").status()).isIn(401, 403);
            }
            assertThat(leader.http().get(leader.url() + "/v1/kv/app/late").status()).isEqualTo(404);
        }
        for (LocalNode node : cluster.nodes()) {
            assertThat(node.log()).doesNotContain(token.substring("cvt_ci.".length())).doesNotContain(ADMIN);
        }
    }

    /** A young cluster takes them once all members are known to understand. */
    private static String makeToken(LocalNode node) {
        Http http = node.http();
        await("a role").atMost(LIMIT).until(() -> http.send("PUT", node.url() + "/v1/auth/roles/app",
                        "{\"rights\":[{\"right\":\"read\",\"prefix\":\"app/\"},{\"right\":\"write\",\"prefix\":\"app/\"}]}")
                .isSuccess());
        Http.Reply made =
                http.send("POST", node.url() + "/v1/auth/tokens", "{\"name\":\"ci\",\"roles\":[\"app\"]}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return made.json().path("token").asString();
    }

    private static Http.Reply put(Http http, LocalNode node, String key) {
        return http.put(node.url() + "/v1/kv/" + key, "v");
    }

    private static Socket watch(LocalNode node, String token) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.settings().httpPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(("GET /v1/watch?prefix=app/ HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token
                + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
