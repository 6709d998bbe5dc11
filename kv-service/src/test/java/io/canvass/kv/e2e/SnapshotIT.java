package io.canvass.kv.e2e;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Logs that keep little, so that a node that was away is sent the state itself. */
@Timeout(300)
class SnapshotIT {
    private static final int KEPT_ENTRIES = 50;

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            3, "--kv.raft.log.compact-entries=200", "--kv.raft.log.keep-entries=" + KEPT_ENTRIES);

    @Test
    void aNodeThatWasAwayForLongIsSentASnapshotUnderLoadAndNothingIsMissing() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode away = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
        try (Workload workload = Workload.on(cluster.urls())) {
            workload.awaitProgress();
            away.kill();
            long before = lastIndex(leader);
            while (lastIndex(leader) < before + 20 * KEPT_ENTRIES) {
                workload.awaitProgress();
            }

            away.start();
            away.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        assertThat(log(away, "snapshotIndex")).as("what came by snapshot").isPositive();
    }

    private static long lastIndex(LocalNode node) {
        return log(node, "lastIndex");
    }

    private static long log(LocalNode node, String what) {
        return node.http().get(node.url() + Health.PATH).json().path("details").path("log").path(what).asLong();
    }

    @Test
    @Tag("long")
    void afterAllNodesAreKilledLogsThatBeganLaterAreWholeAgain() {
        try (Workload workload = Workload.on(cluster.urls())) {
            LocalNode any = cluster.awaitLeader();
            while (log(any, "snapshotIndex") == 0) {
                workload.awaitProgress();
            }
            cluster.nodes().parallelStream().forEach(LocalNode::kill);
            cluster.nodes().forEach(LocalNode::start);
            cluster.nodes().forEach(LocalNode::awaitReady);
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
    }
}
