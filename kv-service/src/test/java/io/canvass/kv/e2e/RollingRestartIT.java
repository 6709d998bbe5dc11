package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What a rollout does: each node is ended by SIGTERM and started again, one after the other, under load through all of them. */
@Timeout(900)
@Tag("long")
class RollingRestartIT {
    private static final int NODES = 5;

    /**
     * So long that two loaded cores cause no election of their own: an epoch that rises by more than the hand-overs would else say
     * nothing. It is also what a pause would last if nobody handed over.
     */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(3);

    @RegisterExtension
    private final LocalCluster cluster =
            LocalCluster.of(NODES, "--kv.raft.election-timeout=" + ELECTION_TIMEOUT.toMillis() + "ms");

    @Test
    void noRequestFailsWhenEachNodeIsRestartedUnderLoadAndEachLeaderHandsOver() {
        long epoch = cluster.awaitLeader().health().epoch();
        int handOvers = 0;
        try (Balancer balancer = new Balancer(cluster.urls());
                Workload workload = Workload.through(balancer)) {
            List<LocalNode> left = new ArrayList<>(cluster.nodes());
            while (!left.isEmpty()) {
                LocalNode leader = cluster.awaitLeader();
                assertThat(leader.health().epoch()).as("epoch after %d hand-overs", handOvers).isEqualTo(epoch + handOvers);
                // The leader, if it is still to come: so as many as possible hand over.
                LocalNode node = left.contains(leader) ? leader : left.getFirst();
                handOvers += node == leader ? 1 : 0;
                left.remove(node);
                restart(node, workload);
            }
            assertThat(cluster.awaitLeader().health().epoch()).as("epoch at the end").isEqualTo(epoch + handOvers);
            workload.stop();
            System.out.printf("Rolling restart of %d nodes, %d of them leaders: %d requests, %d writes acknowledged, none failed: %s;"
                            + " longest pause between two writes %d ms, slowest request %d ms%n",
                    NODES, handOvers, balancer.requests(), workload.acknowledged(), balancer.failures().isEmpty(),
                    workload.longestPause().toMillis(), balancer.slowest().toMillis());
            assertThat(balancer.failures()).as("requests that failed").isEmpty();
            cluster.nodes().forEach(workload::verify);
        }
        assertThat(handOvers).as("restarts of leaders").isPositive();
        assertThat(handedOver()).as("hand-overs that the logs tell of").isEqualTo(handOvers);
        StoredStates.assertSame(cluster);
    }

    private static void restart(LocalNode node, Workload workload) {
        long begun = System.nanoTime();
        node.stop();
        long ended = System.nanoTime();
        node.start();
        node.awaitReady();
        System.out.printf("%s: ended in %d ms, ready %d ms after its start%n",
                node, (ended - begun) / 1_000_000, (System.nanoTime() - ended) / 1_000_000);
        workload.awaitProgress();
    }

    private int handedOver() {
        return (int) cluster.nodes().stream()
                .flatMap(node -> node.log().lines())
                .filter(line -> line.contains("Leadership was handed over in "))
                .count();
    }
}
