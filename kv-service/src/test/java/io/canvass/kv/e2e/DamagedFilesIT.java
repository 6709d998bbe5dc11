package io.canvass.kv.e2e;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Files of real nodes that are damaged on the disk: found, never served, healed by command (docs/disks.md). */
@Timeout(400)
@Tag("long")
class DamagedFilesIT {
    private static final String KEY = "rotten";
    private static final Duration FOUND = Duration.ofSeconds(60);
    /** In the first block of data of a table, which nobody reads at the opening. */
    private static final long IN_THE_FIRST_BLOCK = 50;

    /** Logs that keep little, so that a state that is lost cannot be built from the log again. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            3,
            "--kv.raft.log.compact-entries=200",
            "--kv.raft.log.keep-entries=50",
            "--kv.check.interval=500ms",
            "--kv.check.scrub-interval=2s");

    /**
     * Nobody writes from the moment that the node stops, and little until it is found out: who is behind is sent another state,
     * and its own damage is gone before anybody sees it.
     */
    @Test
    void aFlippedBitInAStateFileTakesTheNodeOutOfServiceUntilItIsHealedByAPeersCopy() {
        LocalNode victim = follower();
        try (Workload workload = Workload.on(cluster.urls())) {
            awaitSnapshot(workload, victim);
            workload.stop();
            victim.stop();
            Damage.flipBit(Damage.largest(state(victim), ".sst"), IN_THE_FIRST_BLOCK);
            victim.start();

            awaitOutOfService(victim, "CORRUPT", "checksum");
            write(victim, 1);
            assertThatAStartIsRefusedFor(victim, "kvctl heal");
            // More than the others keep: the copy is of a later index than this node's log ends with.
            write(victim, 500);
            heal(victim);
            victim.start();
            victim.awaitReady();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    @Test
    void aStateThatDiffersThoughEveryChecksumIsRightIsFoundByComparingAndHealed() throws RocksDBException {
        LocalNode victim = follower();
        try (Workload workload = Workload.on(cluster.urls())) {
            awaitSnapshot(workload, victim);
            workload.stop();
            write(victim, 1);
            awaitApplied(victim);
            victim.stop();
            rewriteVersionOf(KEY, victim);
            victim.start();
            victim.awaitReady();
            write(victim, 1);

            awaitOutOfService(victim, "CORRUPT", "the state of " + victim.id() + " has the hash");
            write(victim, 1);
            victim.kill();
            heal(victim);
            victim.start();
            victim.awaitReady();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    @Test
    void twoStatesThatDifferGoOnWithAnAlarmUntilTheThirdSaysWhoIsRight() throws RocksDBException {
        LocalNode leader = cluster.awaitLeader();
        LocalNode victim = follower();
        LocalNode third = cluster.others(leader).filter(node -> node != victim).findFirst().orElseThrow();
        try (Workload workload = Workload.on(cluster.urls())) {
            awaitSnapshot(workload, victim);
            workload.stop();
            write(victim, 1);
            awaitApplied(victim);
            victim.stop();
            third.stop();
            rewriteVersionOf(KEY, victim);
            victim.start();
            victim.awaitReady();
            write(third, 1);

            awaitDoubt(leader);
            awaitDoubt(victim);
            write(third, 1);
            third.start();
            awaitOutOfService(victim, "CORRUPT", "the state of " + victim.id() + " has the hash");
            await("the end of the doubt").atMost(FOUND).until(() -> !leader.health().text().contains("STATES_DIFFER"));
            third.awaitReady();
            write(victim, 1);
            victim.kill();
            heal(victim);
            victim.start();
            victim.awaitReady();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    @Test
    void aFlippedBitInTheLogIsRefusedAndCannotBeHealedAndATornEndIsNoDamage() {
        LocalNode victim = follower();
        try (Workload workload = Workload.on(cluster.urls())) {
            victim.kill();
            Path log = Damage.largest(raft(victim), ".log");
            long middle = log.toFile().length() / 2;

            Damage.flipBit(log, middle);
            assertThatAStartIsRefusedFor(victim, "The Raft directory");
            Shell.Result healing = Kvctl.result(raft(victim), "heal", "--data-dir", data(victim));
            assertThat(healing.exitValue()).as("%s", healing).isEqualTo(1);
            assertThat(healing.err()).contains("mends a state and not a log");
            workload.awaitProgress();

            Damage.flipBit(log, middle);
            victim.start();
            victim.awaitReady();
            workload.awaitProgress();

            // What a crash can leave: the last record was not whole. The node begins without it and is sent it again.
            victim.kill();
            Damage.cutOff(Damage.largest(raft(victim), ".log"), 7);
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

    /** By the others, so many times the same key. */
    private void write(LocalNode except, int times) {
        LocalNode other = cluster.others(except).findFirst().orElseThrow();
        for (int i = 0; i < times; i++) {
            String value = "value " + i;
            await("a write").atMost(FOUND).until(() -> other.http().put(other.url() + "/v1/kv/" + KEY, value).isSuccess());
        }
    }

    private static void awaitApplied(LocalNode node) {
        await("that " + node.id() + " has applied all that there is").atMost(FOUND).until(() ->
                node.http().get(node.url() + "/v1/kv/" + KEY).isSuccess());
    }

    private static void awaitSnapshot(Workload workload, LocalNode node) {
        while (node.http().get(node.url() + Health.PATH).json()
                        .path("details").path("log").path("snapshotIndex").asLong() == 0) {
            workload.awaitProgress();
        }
    }

    /** In service as before, and says that somebody has to look. */
    private static void awaitDoubt(LocalNode node) {
        await("the alarm of " + node.id()).atMost(FOUND).until(() -> node.health().text().contains("STATES_DIFFER"));
        Health health = node.health();
        System.out.println("$ health of " + node.id() + "\n" + health.text());
        assertThat(health.isUp()).as(health.text()).isTrue();
        assertThat(node.isReady() && node.isLive()).as("ready and live").isTrue();
    }

    /** Not ready, but alive; says why; serves no read, not even one that may be old. */
    private static void awaitOutOfService(LocalNode node, String... words) {
        await("that the damage of " + node.id() + " is found").atMost(FOUND).untilAsserted(() -> {
            assertThat(node.health().text()).contains(words).contains("\"status\":\"DOWN\"");
            assertThat(node.isReady()).as("ready").isFalse();
            assertThat(node.isLive()).as("live").isTrue();
        });
        System.out.println("$ health of " + node.id() + "\n" + node.health().text());
        Http.Reply read = node.http().get(node.url() + "/v1/kv?prefix=&consistency=local");
        assertThat(read.status()).as(read.body()).isEqualTo(503);
        assertThat(read.body()).contains("/problems/replica-damaged");
        Http.Reply write = node.http().put(node.url() + "/v1/kv/any", "thing");
        assertThat(write.status()).as(write.body()).isEqualTo(503);
        assertThat(write.outcome()).isEqualTo(Http.Outcome.NOT_APPLIED);
    }

    private static void assertThatAStartIsRefusedFor(LocalNode node, String word) {
        if (node.isRunning()) {
            node.kill();
        }
        int before = node.log().length();
        node.start();
        assertThat(node.awaitExit()).isNotZero();
        assertThat(node.log().substring(before)).contains(word);
    }

    private static void heal(LocalNode node) {
        Shell.Result healed = Kvctl.result(raft(node), "heal", "--data-dir", data(node));
        System.out.println("$ kvctl heal\n" + healed.out());
        assertThat(healed.exitValue()).as("%s", healed).isZero();
        assertThat(healed.out()).contains("is sound", "was moved to", "fetches the state from a peer");
    }

    /** As a fault of memory or of the database would: the row is whole, and wrong. */
    private static void rewriteVersionOf(String key, LocalNode node) throws RocksDBException {
        RocksDB.loadLibrary();
        Path database = state(node).resolve(Damage.content(state(node).resolve("ACTIVE")));
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        try (Options options = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(options, database.toString())) {
                families.add(new ColumnFamilyDescriptor(name));
            }
        }
        int index = families.stream()
                .map(family -> new String(family.getName(), StandardCharsets.US_ASCII))
                .toList()
                .indexOf("index");
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                RocksDB rocks = RocksDB.open(options, database.toString(), families, handles)) {
            byte[] name = key.getBytes(StandardCharsets.US_ASCII);
            byte[] row = rocks.get(handles.get(index), name);
            assertThat(row).hasSize(4 * Long.BYTES);
            row[3 * Long.BYTES - 1]++;
            rocks.put(handles.get(index), name, row);
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    private static Path raft(LocalNode node) {
        return node.settings().dataDir().resolve("raft");
    }

    private static Path state(LocalNode node) {
        return node.settings().dataDir().resolve("state");
    }

    private static String data(LocalNode node) {
        return node.settings().dataDir().toString();
    }
}
