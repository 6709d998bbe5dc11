package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A disk that turns read-only under a running node, for real (docs/disks.md). */
@Timeout(400)
@EnabledIf(value = "canMount", disabledReason = "only root can mount the disks that turn read-only")
@Tag("long")
class ReadOnlyDiskIT {
    private static final int DISK_MEGABYTES = 400;
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    private final LocalCluster cluster =
            LocalCluster.in(new Ext4Disks(DISK_MEGABYTES), 3, "--kv.health.liveness.stuck-limit=5s");

    static boolean canMount() {
        String missing = Ext4Disks.missing();
        if (!missing.isEmpty()) {
            System.out.println("ReadOnlyDiskIT is left out: " + missing);
        }
        return missing.isEmpty();
    }

    @Test
    void aLeaderWhoseDiskTurnsReadOnlyStopsForGoodAndComesBackWhenTheDiskIsMended() {
        LocalNode leader = cluster.awaitLeader();
        Path data = leader.settings().dataDir();
        try (Workload workload = Workload.on(cluster.urls())) {
            workload.awaitProgress();
            Ext4Disks.fail(data);
            await("that it halts").atMost(SOON).until(() -> !leader.isLive());
            workload.awaitProgress();
            // A write that is under way at that moment may be told of another error, EIO.
            assertThat(leader.health().text()).contains("The replica has halted: Writing the log failed", "\"noCorruption\":\"ok\"");
            System.out.println("$ health of a node whose disk turned read-only\n" + leader.health().text());

            leader.kill();
            int before = leader.log().length();
            leader.start();
            assertThat(leader.awaitExit()).as("the exit of a start without a disk to write to").isNotZero();
            assertThat(leader.log().substring(before)).containsIgnoringCase("read-only");
            workload.awaitProgress();

            Ext4Disks.mend(data);
            leader.start();
            leader.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }
}
