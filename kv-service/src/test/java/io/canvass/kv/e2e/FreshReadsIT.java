package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Reads that say how fresh they must be, on nodes that are not. */
@Timeout(600)
class FreshReadsIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int WRITES = 100;

    @RegisterExtension
    // Long enough that nobody else is elected because JVMs that have just started wait for a processor.
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.election-timeout=3s");

    @Test
    void whoHasTheRevisionOfAWriteReadsItOnAnyNodeWithoutAQuorum() {
        LocalNode leader = cluster.awaitLeader();
        List<LocalNode> followers = cluster.others(leader).toList();
        for (int i = 0; i < WRITES; i++) {
            long revision = write(leader, "value-" + i);
            for (LocalNode follower : followers) {
                Http.Reply read = get(follower, "consistency=local&min-revision=" + revision);
                assertThat(read.body()).isEqualTo("value-" + i);
                assertThat(read.etag()).isEqualTo("\"" + revision + "\"");
            }
        }
    }

    @Test
    void aNodeThatIsCutOffReadsLocallyUpToTheAgeThatIsAllowed() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode left = cluster.others(leader).findFirst().orElseThrow();
        long revision = write(leader, "seen");
        assertThat(get(left, "consistency=local&max-staleness=1m&max-lag=1000000&min-revision=" + revision).body())
                .isEqualTo("seen");

        cluster.others(left).forEach(LocalNode::pause);
        await("a contact that is older than two seconds").atMost(LIMIT).untilAsserted(() -> assertThat(
                        get(left, "consistency=local&max-staleness=2s").body())
                .contains("/problems/too-stale", "heard its leader"));
        assertThat(get(left, "consistency=local&max-staleness=1h").body()).isEqualTo("seen");
        assertThat(get(left, "consistency=local").body()).isEqualTo("seen");
        assertThat(get(left, "timeout=500ms").body()).contains("/problems/no-quorum");
        Http.Reply later = get(left, "consistency=local&timeout=100ms&min-revision=" + (revision + 1));
        assertThat(later.status()).isEqualTo(503);
        assertThat(later.body()).contains("/problems/too-stale", "has not come to revision " + (revision + 1));

        cluster.others(left).forEach(LocalNode::resume);
        await("contact").atMost(LIMIT).untilAsserted(() -> assertThat(
                        get(left, "consistency=local&max-staleness=2s&max-lag=100").body())
                .isEqualTo("seen"));
    }

    private static long write(LocalNode node, String value) {
        Http.Reply written = node.http().put(node.url() + "/v1/kv/fresh", value);
        assertThat(written.isSuccess()).as(written.body()).isTrue();
        return written.json().path("revision").asLong();
    }

    private static Http.Reply get(LocalNode node, String query) {
        return node.http().get(node.url() + "/v1/kv/fresh?" + query);
    }
}
