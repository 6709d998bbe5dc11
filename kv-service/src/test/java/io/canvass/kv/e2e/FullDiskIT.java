package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Disks that are nearly full, full, and read-only, for real (docs/disks.md). */
@Timeout(400)
@EnabledIf(value = "canMount", disabledReason = "only root can mount the small disks that these tests fill")
@Tag("long")
class FullDiskIT {
    private static final int DISK_MEGABYTES = 400;
    /** Less than the tenth that is kept free. */
    private static final long LOW_BYTES = 20 << 20;

    private static final int LARGE_BYTES = 500_000;
    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.in(
            new Mounts(DISK_MEGABYTES), 3, "--kv.disk.interval=200ms", "--kv.check.interval=500ms",
            "--kv.health.liveness.stuck-limit=5s");

    static boolean canMount() {
        String missing = Mounts.missing();
        if (!missing.isEmpty()) {
            System.out.println("FullDiskIT is left out: " + missing);
        }
        return missing.isEmpty();
    }

    @Test
    void aLeaderWhoseDiskIsLowRefusesWhatGrowsAndTakesItAgainByItself() {
        await("a leader that stays one meanwhile").atMost(Duration.ofMinutes(3)).until(() -> {
            LocalNode leader = cluster.awaitLeader();
            long epoch = leader.health().epoch();
            assertThat(put(leader, "before").isSuccess()).isTrue();
            Path filler = Mounts.fill(data(leader), LOW_BYTES);
            try {
                assertRefusesWhatGrows(leader);
            } catch (AssertionError | ConditionTimeoutException e) {
                // With another leader than the one whose disk is low there is nothing to refuse.
                if (leader.health().epoch() == epoch) {
                    throw e;
                }
                Files.delete(filler);
                return false;
            }
            Files.delete(filler);
            LocalNode other = cluster.others(leader).findFirst().orElseThrow();
            await("writes again").atMost(SOON).until(() -> put(other, "grows").isSuccess());
            await("the end of the alarm").atMost(SOON).until(() -> !leader.health().text().contains("DISK_LOW"));
            return true;
        });
    }

    private void assertRefusesWhatGrows(LocalNode leader) {
        await("a refusal").atMost(SOON).until(() -> put(leader, "grows").status() == 507);
        for (LocalNode node : List.of(leader, cluster.others(leader).findFirst().orElseThrow())) {
            Http.Reply refused = put(node, "grows");
            assertThat(refused.status()).as("%s: %s", node, refused.body()).isEqualTo(507);
            assertThat(refused.body()).contains("/problems/quota-exceeded", "\"outcome\":\"not-applied\"", "kv.disk.min-free");
            assertThat(node.http().get(node.url() + "/v1/kv/before").isSuccess()).as("a read by %s", node).isTrue();
        }
        assertThat(leader.http().delete(leader.url() + "/v1/kv/before").isSuccess()).as("a delete").isTrue();
        Health health = leader.health();
        assertThat(health.isUp()).as(health.text()).isTrue();
        assertThat(health.text()).contains("DISK_LOW");
        assertThat(leader.isReady() && leader.isLive()).as("ready and live").isTrue();
        Http.Reply storage = leader.http().get(leader.url() + "/actuator/health/cluster/storage");
        System.out.println("$ health of a disk that is low\n" + storage.body());
        JsonNode free = storage.json().path("details").path("free").path(0);
        assertThat(free.path("low").asBoolean()).as("%s", free).isTrue();
        assertThat(leader.http().get(leader.url() + "/actuator/prometheus").body()).contains("kv_storage_low 1.0");
    }

    @Test
    void aFollowerWhoseDiskIsFullStopsAndComesBackWithEverythingWhenThereIsRoom() throws IOException {
        LocalNode full = follower();
        try (Workload workload = Workload.on(cluster.urls())) {
            Path filler = Mounts.fill(data(full), 0);
            // Large values: a log has some room set aside beforehand.
            String large = "x".repeat(LARGE_BYTES);
            await("that it stops").atMost(Duration.ofMinutes(2)).until(() -> {
                LocalNode other = cluster.others(full).findFirst().orElseThrow();
                other.http().put(other.url() + "/v1/kv/large", large);
                return !full.isLive();
            });
            workload.awaitProgress();
            full.kill();
            full.start();
            assertThat(full.awaitExit()).as("the exit of a start without room").isNotZero();
            workload.awaitProgress();

            Files.delete(filler);
            full.start();
            full.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    @Test
    void aNodeOnAReadOnlyDiskRefusesToStartAndIsAsItWasWhenItIsWritableAgain() {
        LocalNode victim = follower();
        try (Workload workload = Workload.on(cluster.urls())) {
            victim.kill();
            Mounts.readOnly(data(victim));
            victim.start();
            assertThat(victim.awaitExit()).as("the exit of a start without a disk to write to").isNotZero();
            assertThat(victim.log()).contains("read-only");
            workload.awaitProgress();

            Mounts.writable(data(victim));
            victim.start();
            victim.awaitReady();
            workload.awaitProgress();
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    private LocalNode follower() {
        LocalNode leader = cluster.awaitLeader();
        return cluster.others(leader).findFirst().orElseThrow();
    }

    private static Http.Reply put(LocalNode node, String key) {
        return node.http().put(node.url() + "/v1/kv/" + key, "some value");
    }

    private static Path data(LocalNode node) {
        return node.settings().dataDir();
    }
}
