package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(300)
class PauseIT {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    // Long enough that nobody else is elected because JVMs that have just started wait for a processor.
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.election-timeout=3s");

    @Test
    @Tag("long")
    void aFollowerThatWasPausedComesBackToTheSameLeaderInTheSameEpoch() throws InterruptedException {
        LocalNode leader = cluster.awaitLeader();
        long epoch = leader.health().epoch();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        try (Workload workload = Workload.on(cluster.urls())) {
            follower.pause();
            Thread.sleep(PAUSE);
            assertThat(leader.health().leads()).as("the leader while a follower is paused").isTrue();
            follower.resume();

            await().atMost(RECOVERY_LIMIT).until(() -> follower.health().isUp() && follower.isReady());
            workload.awaitProgress();
            assertThat(cluster.awaitLeader()).isSameAs(leader);
            assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.health().epoch()).isEqualTo(epoch));
            workload.verify(follower);
        }
    }

    @Test
    @Tag("long")
    void aLeaderThatWasPausedFollowsTheOneThatWasElectedMeanwhile() throws InterruptedException {
        LocalNode old = cluster.awaitLeader();
        long epoch = old.health().epoch();
        List<LocalNode> rest = cluster.others(old).toList();
        try (Workload workload = Workload.on(cluster.urls())) {
            old.pause();
            long pausedAtNanos = System.nanoTime();
            LocalNode next = cluster.awaitLeaderOf(rest);
            long newEpoch = next.health().epoch();
            assertThat(newEpoch).isGreaterThan(epoch);
            workload.awaitProgress();
            Thread.sleep(PAUSE.minusNanos(System.nanoTime() - pausedAtNanos));
            old.resume();

            await().atMost(RECOVERY_LIMIT).until(() -> old.health().follows(next.id()) && old.isReady());
            workload.awaitProgress();
            assertThat(cluster.awaitLeader()).isSameAs(next);
            assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.health().epoch()).isEqualTo(newEpoch));
            workload.verify(old);
        }
    }
}
