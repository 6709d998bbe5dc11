package io.canvass.kv.e2e;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.canvass.kv.fuzz.HttpFuzz;
import io.canvass.kv.fuzz.NodeLog;
import io.canvass.kv.fuzz.PeerFuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random connections to a real node, at its HTTP port and at its peer port: it stays as it was. {@code bin/fuzz} does the same
 * for as long as one likes.
 */
@Timeout(300)
class FuzzIT {
    private static final long SEED = Long.getLong("canvass.fuzz.seed", 1);
    private static final int PEER_CONNECTIONS = 150;
    private static final int HTTP_CONNECTIONS = 300;

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(1);

    @Test
    void strangersAtThePeerPortChangeNothing() throws IOException {
        LocalNode node = cluster.awaitLeader();
        PeerFuzz fuzz = new PeerFuzz(node.settings().voters().getFirst().peerPort(), node.settings().httpPort());
        Random numbers = new Random(SEED);
        for (int i = 0; i < PEER_CONNECTIONS; i++) {
            assertThat(fuzz.next(numbers.nextLong())).as("After connection %d of seed %d", i, SEED).isEmpty();
        }
        assertThat(fuzz.look()).isEmpty();
        assertThat(fuzz.refused()).as("What was refused and counted").isPositive();
        assertIsFine(node);
    }

    @Test
    void randomRequestsGetDocumentedAnswers() throws IOException {
        LocalNode node = cluster.awaitLeader();
        HttpFuzz fuzz = new HttpFuzz(node.settings().httpPort());
        Random numbers = new Random(SEED);
        for (int i = 0; i < HTTP_CONNECTIONS; i++) {
            long number = numbers.nextLong();
            Optional<String> fault = fuzz.next(number);
            assertThat(fault).as("Connection %d of seed %d, number %d", i, SEED, number).isEmpty();
        }
        assertIsFine(node);
    }

    @Test
    void aQueryThatCannotBeReadIsTheClientsFault() {
        LocalNode node = cluster.awaitLeader();
        for (String path : List.of("/readyz", "/actuator/health", "/actuator/prometheus", "/actuator/info")) {
            assertThat(node.http().get(node.url() + path + "?a=%ff").status()).as(path).isEqualTo(400);
        }
        assertIsFine(node);
    }

    private static void assertIsFine(LocalNode node) {
        assertThat(node.isReady()).isTrue();
        assertThat(node.http().put(node.url() + "/v1/kv/after", "fine").isSuccess()).isTrue();
        assertThat(NodeLog.complaints(node.log())).as("What the log complains of").isEmpty();
    }
}
