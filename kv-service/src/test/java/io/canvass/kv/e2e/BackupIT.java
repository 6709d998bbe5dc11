package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Snapshots, restores and recoveries of real nodes, with the tools of the jar. */
@Timeout(300)
@Tag("long")
class BackupIT {
    /** Slow enough to be met while it runs: the state below takes seconds. */
    private static final int BYTES_PER_SECOND = 200_000;

    private static final long RAISE = 1_000_000_000L;
    /** Writes that the survivor of a lost majority has. */
    private static final int SURVIVED = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** All keys that the load writes and this test does. */
    private static final List<String> WRITERS =
            List.of("fixed", "create-1", "create-2", "create-3", "plain-1", "plain-2");

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.backup.bytes-per-second=" + BYTES_PER_SECOND);

    @TempDir
    private Path folder;

    @Test
    void aSnapshotTakenFromAFollowerUnderLoadIsAClusterAgainWithHigherRevisions() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        for (int i = 0; i < 100; i++) {
            write(leader, Keys.name("fixed", i), "value " + i);
        }
        Path file = folder.resolve("backup");
        try (Workload workload = Workload.on(cluster.urls())) {
            workload.awaitProgress();
            assertThat(Kvctl.run(folder, "snapshot", "save", file, "--url", follower.url())).contains(follower.id());
            workload.awaitProgress();
            workload.stop();
            workload.verify(leader);
        }
        assertThat(exported(follower)).isEmptyDirectory();
        JsonNode verified = verify(leader, file);
        long revision = verified.path("revision").asLong();
        assertThat(Kvctl.run(folder, "snapshot", "verify", file)).contains("is sound", "revision " + revision);

        List<LocalNode> restored = restore(file);
        try {
            LocalNode newLeader = cluster.awaitLeaderOf(restored);
            Map<String, JsonNode> original = items(leader);
            for (LocalNode node : restored) {
                compare(original, items(node), revision);
                assertThat(compactRevision(node)).as(node.id()).isEqualTo(revision + RAISE);
            }
            assertThat(items(newLeader)).hasSize((int) verified.path("keys").asLong() - counters(newLeader));
            Http.Reply written = write(newLeader, Keys.name("fixed", 0), "after");
            assertThat(revisionOf(written)).isGreaterThan(revision + RAISE);
        } finally {
            restored.forEach(LocalNode::close);
        }
    }

    /** What nobody wrote since the snapshot is as it was, ETag and all; the rest is a version that was there once. */
    private static void compare(Map<String, JsonNode> original, Map<String, JsonNode> restored, long revision) {
        assertThat(original.keySet()).containsAll(restored.keySet());
        original.forEach((key, then) -> {
            if (then.path("revision").asLong() <= revision) {
                assertThat(restored.get(key)).as(key).isEqualTo(then);
            }
        });
        restored.forEach((key, item) -> {
            assertThat(item.path("revision").asLong()).as(key).isLessThanOrEqualTo(revision);
            long version = of(original, key).path("version").asLong();
            assertThat(item.path("version").asLong()).as(key).isLessThanOrEqualTo(version);
        });
        assertThat(restored.keySet().stream().filter(key -> key.startsWith("fixed/"))).hasSize(100);
    }

    private List<LocalNode> restore(Path file) {
        List<NodeSettings.Voter> voters = IntStream.rangeClosed(1, 3)
                .mapToObj(n -> new NodeSettings.Voter("r-" + n, Ports.next(), Ports.next()))
                .toList();
        String list = voters.stream().map(NodeSettings.Voter::text).collect(Collectors.joining(","));
        List<LocalNode> nodes = voters.stream()
                .map(voter -> {
                    Path own = folder.resolve(voter.id());
                    NodeSettings settings =
                            new NodeSettings(voter.id(), voter.httpPort(), own.resolve("data"), voters, null);
                    try {
                        Files.createDirectories(own);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    Kvctl.run(folder, "restore", file, "--data-dir", settings.dataDir(), "--node-id", voter.id(),
                            "--voters", list);
                    return new LocalNode(settings, own);
                })
                .toList();
        nodes.forEach(LocalNode::start);
        nodes.forEach(LocalNode::awaitReady);
        return nodes;
    }

    @Test
    void oneNodeOfThreeGoesOnAloneAfterTheOthersWereDestroyed() throws Exception {
        LocalNode survivor = survivor();
        cluster.others(survivor).forEach(LocalNode::kill);
        for (LocalNode lost : cluster.others(survivor).toList()) {
            FileSystemUtils.deleteRecursively(lost.settings().dataDir());
        }
        Path dataDir = survivor.settings().dataDir();
        Shell.Result running = Kvctl.result(folder, "recover", "--data-dir", dataDir, "--i-accept-data-loss");
        assertThat(running.exitValue()).as("on a node that runs: %s", running).isEqualTo(1);
        survivor.kill();

        assertThat(Kvctl.run(folder, "recover", "--data-dir", dataDir))
                .contains("Abandoned: ", "Nothing was changed")
                .contains(cluster.others(survivor).map(LocalNode::id).toList());
        recover(survivor);

        assertThat(survivor.health().leads()).isTrue();
        requireWhatSurvived(survivor);
        assertThat(compactRevision(survivor)).isEqualTo(SURVIVED + RAISE);
        assertThat(revisionOf(write(survivor, Keys.name("fixed", 0), "after"))).isEqualTo(SURVIVED + RAISE + 1);
    }

    @Test
    @Timeout(600)
    void twoJoinTheSurvivorAndVoteAndAnOldNodeThatComesBackDisturbsNobody() throws Exception {
        LocalNode survivor = survivor();
        cluster.nodes().forEach(LocalNode::kill);
        recover(survivor);
        List<LocalNode> others = cluster.others(survivor).toList();

        LocalNode old = others.getFirst();
        old.start();
        await("the refusal of " + old.id())
                .atMost(PATIENCE)
                .until(() -> old.health().text().contains("INCONSISTENT_CLUSTER_ID"));
        assertThat(old.isReady()).isFalse();
        assertThat(survivor.health().leads()).isTrue();
        assertThat(revisionOf(write(survivor, Keys.name("fixed", 50), "alone"))).isEqualTo(SURVIVED + RAISE + 1);
        old.kill();

        for (LocalNode empty : others) {
            FileSystemUtils.deleteRecursively(empty.settings().dataDir());
            empty.start();
        }
        others.forEach(LocalNode::awaitReady);
        await("three voters everywhere")
                .atMost(PATIENCE)
                .until(() -> cluster.nodes().stream().allMatch(node -> node.health().voters() == 3));
        for (LocalNode node : cluster.nodes()) {
            requireWhatSurvived(node);
            assertThat(compactRevision(node)).as(node.id()).isEqualTo(SURVIVED + RAISE);
        }

        survivor.kill();
        LocalNode next = cluster.awaitLeader();
        assertThat(revisionOf(write(next, Keys.name("fixed", 51), "without it"))).isEqualTo(SURVIVED + RAISE + 2);
        for (LocalNode node : others) {
            requireWhatSurvived(node);
            assertThat(of(items(node), Keys.name("fixed", 50)).path("value").asString()).isEqualTo("alone");
        }
    }

    /** A follower that has all that was written. */
    private LocalNode survivor() {
        LocalNode leader = cluster.awaitLeader();
        for (int i = 0; i < SURVIVED; i++) {
            write(leader, Keys.name("fixed", i), "value " + i);
        }
        LocalNode survivor = cluster.others(leader).findFirst().orElseThrow();
        awaitApplied(survivor, Keys.name("fixed", SURVIVED - 1));
        return survivor;
    }

    private void recover(LocalNode survivor) {
        assertThat(Kvctl.run(folder, "recover", "--data-dir", survivor.settings().dataDir(), "--i-accept-data-loss"))
                .contains("Done: " + survivor.id() + " is the only voter");
        survivor.start();
        survivor.awaitReady();
    }

    private static void requireWhatSurvived(LocalNode node) {
        Map<String, JsonNode> items = items(node);
        for (int i = 0; i < SURVIVED; i++) {
            String key = Keys.name("fixed", i);
            assertThat(of(items, key).path("value").asString()).as("%s of %s", key, node.id()).isEqualTo("value " + i);
        }
    }

    private static long compactRevision(LocalNode node) {
        return JsonMapper.shared().readTree(node.health().text()).path("details").path("compactRevision").asLong(-1);
    }

    @Test
    void aNodeThatIsKilledWhileItMakesASnapshotOrWhoseClientGoesAwayLeavesNothing() throws Exception {
        LocalNode leader = cluster.awaitLeader();
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            byte[] noise = new byte[15_000];
            random.nextBytes(noise);
            write(leader, Keys.name("fixed", i), Base64.getEncoder().encodeToString(noise));
        }
        LocalNode node = cluster.others(leader).findFirst().orElseThrow();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> begun = client.send(request(node), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(begun.statusCode()).isEqualTo(200);
            assertThat(exported(node)).isNotEmptyDirectory();
            assertThat(client.send(request(node), HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(409);
            begun.body().close();
            await("the copy is removed").atMost(PATIENCE).until(() -> isEmpty(exported(node)));

            CompletableFuture<HttpResponse<Void>> second =
                    client.sendAsync(request(node), HttpResponse.BodyHandlers.discarding());
            await("a copy").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> !isEmpty(exported(node)));
            node.kill();
            assertThat(second).failsWithin(PATIENCE);
            assertThat(exported(node)).as("what the crash left").isNotEmptyDirectory();
        }
        node.start();
        node.awaitReady();
        assertThat(exported(node)).isEmptyDirectory();
    }

    private static HttpRequest request(LocalNode node) {
        return HttpRequest.newBuilder(URI.create(node.url() + "/v1/snapshot")).build();
    }

    private static Path exported(LocalNode node) {
        return node.settings().dataDir().resolve("snapshots/exported");
    }

    private static boolean isEmpty(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode verify(LocalNode node, Path file) {
        Shell.Result result = Shell.run(folder, PATIENCE, List.of("curl", "-sS", "--fail-with-body",
                "-H", "Expect:", "-T", file.toString(), "-X", "POST", node.url() + "/v1/snapshot/verify"));
        assertThat(result.exitValue()).as("%s", result).isZero();
        return JsonMapper.shared().readTree(result.out());
    }

    private static Http.Reply write(LocalNode node, String key, String value) {
        return await("writing " + key)
                .atMost(PATIENCE)
                .until(() -> node.http().put(node.url() + "/v1/kv/" + key, value), Http.Reply::isSuccess);
    }

    private static long revisionOf(Http.Reply written) {
        return written.json().path("revision").asLong();
    }

    private static void awaitApplied(LocalNode node, String key) {
        await("%s here".formatted(key)).atMost(PATIENCE)
                .until(() -> node.http().get(node.url() + "/v1/kv/" + key + "?consistency=local").isSuccess());
    }

    /** Every key of every writer, read linearizably. */
    private static Map<String, JsonNode> items(LocalNode node) {
        Map<String, JsonNode> items = new HashMap<>();
        for (String writer : WRITERS) {
            boolean more = true;
            for (int group = 0; more; group++) {
                String page = node.url() + String.format("/v1/kv?limit=1000&prefix=%s/%04d/", writer, group);
                JsonNode found = await(page).atMost(PATIENCE)
                        .until(() -> node.http().get(page), Http.Reply::isSuccess)
                        .json();
                assertThat(found.path("more").asBoolean()).isFalse();
                found.path("items").forEach(item -> items.put(item.path("key").asString(), item));
                more = !found.path("items").isEmpty();
            }
        }
        return items;
    }

    private static JsonNode of(Map<String, JsonNode> items, String key) {
        return Objects.requireNonNull(items.get(key), key);
    }

    /** Keys of the writers that overwrite what they wrote. */
    private static int counters(LocalNode node) {
        int count = 0;
        for (String prefix : List.of("counter", "register")) {
            count += node.http().get(node.url() + "/v1/kv?prefix=" + prefix).json().path("items").size();
        }
        return count;
    }
}
