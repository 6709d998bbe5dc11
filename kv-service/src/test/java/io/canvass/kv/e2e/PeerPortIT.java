package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Strangers at the port that is for peers: turned away and counted, and the cluster goes on as if nothing had been. */
@Timeout(300)
class PeerPortIT {
    /** The meter of what was refused at the peer port, whatever its tags are. */
    private static final Pattern REFUSED = Pattern.compile("^kv_peer_refusals_total(?:\\{[^}]*})? ([0-9.E]+)$");

    private static final String HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Two loaded cores must cause no election of their own: none is what is asserted. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.election-timeout=5s");

    @Test
    @Tag("long")
    void whatIsNoPeersIsCountedAndHarmless() throws IOException {
        byte[] garbage = new byte[64 * 1024];
        new Random(1).nextBytes(garbage);
        isTurnedAway(garbage);
        isTurnedAway(ascii("GET /v1/kv/app/color HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        isTurnedAway(oversizedFrame());
    }

    /** RFC 9113, section 4.1: SETTINGS, empty; then DATA on stream 1 that says to be 16 MiB - 1 long. */
    private static byte[] oversizedFrame() {
        byte[] preface = ascii(HTTP2_PREFACE);
        return ByteBuffer.allocate(preface.length + 9 + 9 + 32 * 1024)
                .put(preface)
                .put(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
                .put(new byte[] {-1, -1, -1, 0, 0, 0, 0, 0, 1})
                .array();
    }

    private void isTurnedAway(byte[] bytes) throws IOException {
        Map<String, Double> before = new HashMap<>();
        cluster.nodes().forEach(node -> before.put(node.id(), refused(node)));
        isHarmless(bytes, node -> await("the count on " + node.id())
                .atMost(LIMIT)
                .until(() -> refused(node) > before.getOrDefault(node.id(), 0.0)));
    }

    private void isHarmless(byte[] bytes, Consumer<LocalNode> afterwards) throws IOException {
        LocalNode leader = cluster.awaitLeader();
        long epoch = leader.health().epoch();
        for (LocalNode node : cluster.nodes()) {
            assertConnectionIsClosed(node, bytes);
            afterwards.accept(node);
        }
        assertThat(cluster.awaitLeader()).as("who leads").isSameAs(leader);
        assertThat(leader.health().epoch()).as("epoch").isEqualTo(epoch);
        assertThat(cluster.nodes()).allSatisfy(node -> {
            assertThat(node.isReady()).isTrue();
            assertThat(node.http().put(node.url() + "/v1/kv/after/" + node.id(), "fine").isSuccess()).isTrue();
        });
    }

    private static void assertConnectionIsClosed(LocalNode node, byte[] bytes) throws IOException {
        int port = node.settings().voters().stream()
                .filter(voter -> voter.id().equals(node.id()))
                .findFirst()
                .orElseThrow()
                .peerPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(bytes);
            readToTheEnd(socket.getInputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError(node.id() + " keeps a stranger's connection open", e);
        } catch (SocketException e) {
            // A reset while we still wrote is an end too.
        }
    }

    private static void readToTheEnd(InputStream in) throws IOException {
        byte[] scratch = new byte[8 * 1024];
        while (in.read(scratch) >= 0) {
            // HTTP/2 says SETTINGS and GOAWAY before it hangs up; what it says is its own affair.
        }
    }

    private static double refused(LocalNode node) {
        return node.http().get(node.url() + "/actuator/prometheus").body().lines()
                .map(REFUSED::matcher)
                .filter(matcher -> matcher.matches())
                .mapToDouble(matcher -> Double.parseDouble(matcher.group(1)))
                .sum();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
