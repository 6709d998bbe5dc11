package io.canvass.kv.e2e;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Syncs of a real leader that fail or hang, through a layer between the process and the system (docs/disks.md). */
@Timeout(400)
@EnabledIf(value = "canCompile", disabledReason = "the layer that makes syncs fail is compiled by cc, on Linux only")
@Tag("long")
class FailingSyncIT {
    private static final FaultySync FAULTS = new FaultySync();
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.in(
            FAULTS, 3, "--kv.raft.disk-stall-limit=1s", "--kv.health.liveness.stuck-limit=4s");

    static boolean canCompile() {
        String missing = FaultySync.missing();
        if (!missing.isEmpty()) {
            System.out.println("FailingSyncIT is left out: " + missing);
        }
        return missing.isEmpty();
    }

    @Test
    void aLeaderWhoseSyncFailsStopsForGoodAndNothingAcknowledgedIsLost() {
        LocalNode leader = cluster.awaitLeader();
        try (Workload workload = Workload.on(cluster.urls())) {
            FAULTS.begin(leader, FaultySync.Kind.FAIL);
            await("that it halts").atMost(SOON).until(() -> !leader.isLive());
            FAULTS.end(leader);
            workload.awaitProgress();
            assertThat(leader.isLive()).as("it never syncs again, though it could").isFalse();
            assertThat(leader.health().text()).contains("The replica has halted", "\"noCorruption\":\"ok\"");

            leader.kill();
            leader.start();
            leader.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    @Test
    void aLeaderWhoseSyncHangsHandsOverIsNotLiveAndComesBackByItself() {
        LocalNode leader = cluster.awaitLeader();
        try (Workload workload = Workload.on(cluster.urls())) {
            FAULTS.begin(leader, FaultySync.Kind.HANG);
            await("an alarm").atMost(SOON).until(() -> leader.health().text().contains("has waited for the disk"));
            await("another leader").atMost(SOON).until(() -> cluster.others(leader).anyMatch(node -> node.health().leads()));
            await("that it is not live").atMost(SOON).until(() -> !leader.isLive());
            workload.awaitProgress();

            FAULTS.end(leader);
            await("that it is live again").atMost(SOON).until(leader::isLive);
            leader.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }
}
