package io.canvass.kv.e2e;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(300)
class LeaderKillIT {
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    @Test
    @Tag("long")
    void writesGoOnSoonAfterTheLeaderIsKilledAndNoAcknowledgedWriteIsLost() {
        LocalNode leader = cluster.awaitLeader();
        long epoch = leader.health().epoch();
        try (Workload workload = Workload.on(cluster.urls())) {
            leader.kill();
            workload.awaitProgress();
            Duration pause = workload.longestPause();
            LocalNode next = cluster.awaitLeader();
            workload.awaitProgress();

            // Told, not judged: on a busy machine most of it is the machine's.
            System.out.println("The leader was killed; longest time without an acknowledged write: " + pause);
            assertThat(next).isNotSameAs(leader);
            assertThat(next.health().epoch()).isGreaterThan(epoch);
            workload.verify(next);

            leader.start();
            leader.awaitReady();
            assertThat(cluster.awaitLeader()).as("who leads when the killed node is back").isSameAs(next);
            workload.verify(leader);
        }
    }

    @Test
    @Tag("long")
    void afterAllNodesAreKilledAtOnceEverythingAcknowledgedIsThereAgain() {
        try (Workload workload = Workload.on(cluster.urls())) {
            cluster.nodes().parallelStream().forEach(LocalNode::kill);
            cluster.nodes().forEach(LocalNode::start);
            cluster.nodes().forEach(LocalNode::awaitReady);
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
    }
}
