package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How nodes come to belong to a cluster, and how they cease to (docs/members.md). */
@Timeout(600)
class MembersIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** Long enough for several rounds of questions, and for an election if somebody were to hold one. */
    private static final Duration WHILE = Duration.ofSeconds(8);

    private static final Pattern CLUSTER = Pattern.compile("is up: cluster ([0-9a-f-]{36})");

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.notStarted(3);

    @Test
    @Tag("long")
    void aNodeWaitsForAllOnItsListAndEndsAtOnceWhenToldTo() {
        LocalNode three = cluster.node("kv-3");
        LocalNode one = cluster.node("kv-1");
        three.start();
        one.start();
        awaitLog(three, "kv-3 waits for kv-2 at");
        awaitLog(one, "kv-1 waits for kv-2 at");
        assertThat(one.settings().dataDir().resolve("raft")).as("what is formatted only when all were heard").doesNotExist();

        long before = System.nanoTime();
        one.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).as("the end of a start").isLessThan(Duration.ofSeconds(10));

        one.start();
        cluster.node("kv-2").start();
        cluster.nodes().forEach(LocalNode::awaitReady);
        // A node that heard the others late, on a busy machine, joined what they had formed, and is promoted.
        awaitMembers(3, 0);
        assertThat(cluster.nodes().stream().map(MembersIT::clusterId).distinct()).as("clusters").hasSize(1);
        assertThat(three.http().put(three.url() + "/v1/kv/formed", "yes").isSuccess()).isTrue();
    }

    @Test
    void nodesWithDifferentListsRefuseToStartAndShowBoth() {
        LocalNode one = cluster.node("kv-1");
        List<NodeSettings.Voter> voters = one.settings().voters();
        NodeSettings.Voter stranger = new NodeSettings.Voter("kv-4", Ports.next(), Ports.next());
        NodeSettings other = cluster.node("kv-3").settings().withVoters(voters.get(0), voters.get(2), stranger);
        try (LocalNode three = new LocalNode(other, other.dataDir().resolveSibling("other"))) {
            one.start();
            three.start();
            for (LocalNode node : List.of(one, three)) {
                assertThat(node.awaitExit()).as("exit status of %s", node).isNotZero();
                assertThat(node.log().lines().filter(line -> line.contains("was started with")))
                        .singleElement()
                        .asString()
                        .contains("kv.cluster.voters is", address(voters.get(1)), address(stranger), "give all nodes the same list");
            }
        }
    }

    @Test
    void twoVotersOnNewDisksMakeNoClusterBesideTheThird() throws IOException {
        startAll();
        assertThat(cluster.node("kv-1").http().put(cluster.node("kv-1").url() + "/v1/kv/kept", "yes").isSuccess()).isTrue();
        // At its birth: kv-3 need not have heard yet which directories the others have (docs/members.md, Pinning).
        cluster.nodes().forEach(LocalNode::kill);
        List<LocalNode> blank = List.of(cluster.node("kv-1"), cluster.node("kv-2"));
        for (LocalNode node : blank) {
            FileSystemUtils.deleteRecursively(node.settings().dataDir());
            node.start();
        }
        for (LocalNode node : blank) {
            awaitLog(node, "waits for kv-3 at");
        }
        await().during(WHILE).atMost(WHILE.plusSeconds(5)).until(() -> blank.stream().noneMatch(LocalNode::isReady));

        LocalNode third = cluster.node("kv-3");
        third.start();
        for (LocalNode node : blank) {
            awaitLog(node, "joins cluster");
        }
        // One of three remembers: no majority does, and nobody may act as if it did.
        await().during(WHILE).atMost(WHILE.plusSeconds(5)).until(() -> cluster.nodes().stream().noneMatch(LocalNode::isReady));
        assertThat(third.http().put(third.url() + "/v1/kv/after?timeout=2s", "no").isSuccess()).isFalse();
    }

    @Test
    @Tag("long")
    void aFourthAndAFifthNodeJoinByThemselvesAndVote() {
        startAll();
        try (Workload workload = Workload.on(cluster.urls())) {
            for (String id : List.of("kv-4", "kv-5")) {
                cluster.add(id).start();
            }
            cluster.nodes().forEach(LocalNode::awaitReady);
            awaitMembers(5, 0);
            assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.health().voters()).isEqualTo(5));

            LocalNode leader = cluster.awaitLeader();
            leader.kill();
            cluster.nodes().stream().filter(LocalNode::isRunning).filter(node -> !node.id().equals("kv-4")).limit(1)
                    .forEach(LocalNode::kill);
            LocalNode next = cluster.awaitLeader();
            assertThat(next.health().reachable()).isEqualTo(3);
            workload.awaitProgress();
            workload.verify(cluster.nodes().stream().filter(LocalNode::isRunning).filter(node -> node != next).findFirst().orElseThrow());
        }
    }

    @Test
    @Tag("long")
    void aLostDiskIsReplacedAndIsRefusedWhenItComesBack() throws IOException {
        startAll();
        LocalNode follower = cluster.others(cluster.awaitLeader()).findFirst().orElseThrow();
        Path data = follower.settings().dataDir();
        Path lost = data.resolveSibling("lost");
        try (Workload workload = Workload.on(cluster.urls())) {
            follower.kill();
            Files.move(data, lost);
            follower.start();
            awaitLog(follower, "joins cluster");
            follower.awaitReady();
            await("its promotion").atMost(LIMIT).until(() -> {
                Health health = follower.health();
                return health.isUp() && health.voters() == 3 && health.observers() == 0 && isVoter(follower);
            });
            workload.awaitProgress();
            workload.verify(follower);
        }
        follower.kill();
        Files.move(data, data.resolveSibling("new"));
        Files.move(lost, data);
        follower.start();
        awaitLog(follower, "was removed from its cluster");
        await("the marker").atMost(LIMIT).until(() -> Files.exists(data.resolve("REMOVED")));
        Http.Reply refused = follower.http().get(follower.url() + "/v1/kv/any?consistency=local");
        assertThat(refused.status()).as("%s", refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("/problems/removed");
        follower.stop();

        follower.start();
        assertThat(follower.awaitExit()).as("exit status of a removed node").isNotZero();
        assertThat(follower.log()).contains(follower.id() + " was removed from its cluster (at=", "kvctl member rejoin --wipe");
    }

    private void startAll() {
        cluster.nodes().forEach(LocalNode::start);
        cluster.nodes().forEach(LocalNode::awaitReady);
        cluster.awaitLeader();
    }

    private void awaitMembers(int voters, int observers) {
        await(voters + " voters").atMost(LIMIT).until(() -> {
            Health health = cluster.awaitLeader().health();
            return health.voters() == voters && health.observers() == observers;
        });
        // A follower learns of it a moment later.
        await(voters + " voters everywhere").atMost(LIMIT).until(() -> cluster.nodes().stream().allMatch(node -> node.health().voters() == voters));
    }

    /** Whether the leader says so of the replica that it hears. */
    private boolean isVoter(LocalNode node) {
        Health leader = cluster.awaitLeader().health();
        return leader.voters() == 3 && leader.reachable() == 3 && node.health().follows(leader.leader());
    }

    private static void awaitLog(LocalNode node, String words) {
        await("\"" + words + "\" in the log of " + node.id())
                .atMost(LIMIT)
                .pollInterval(100, TimeUnit.MILLISECONDS)
                .until(() -> {
                    assertThat(node.isRunning()).as("%s has ended:%n%s", node.id(), node.logTail()).isTrue();
                    return node.log().contains(words);
                });
    }

    /** As the start's last line says it. */
    private static String clusterId(LocalNode node) {
        Matcher matcher = CLUSTER.matcher(node.log());
        assertThat(matcher.find()).as("the line that says that %s is up:%n%s", node, node.logTail()).isTrue();
        return matcher.group(1);
    }

    private static String address(NodeSettings.Voter voter) {
        return voter.id() + "@127.0.0.1:" + voter.peerPort();
    }
}
