package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * OPERATIONS.md, section 3, on real processes: those of its cells that no other test shows there (docs/monitoring.md has the whole
 * table, with the tests). What is awaited is all three answers at once.
 */
@Timeout(400)
@EnabledIf(value = "canCompile", disabledReason = "the layer that makes syncs hang is compiled by cc, on Linux only")
@Tag("long")
class ProbeTableIT {
    private static final FaultySync FAULTS = new FaultySync();
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final String UP = "UP";
    private static final String DOWN = "DOWN";
    private static final Answers WELL = new Answers(true, true, UP);
    private static final Answers NOT_READY = new Answers(true, false, DOWN);
    private static final Answers BROKEN = new Answers(false, false, DOWN);

    /** The election timeout is long: an election in progress lasts for two of them until readiness ends. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.in(
            FAULTS, 3, "--kv.raft.election-timeout=6s", "--kv.raft.disk-stall-limit=1s",
            "--kv.health.liveness.stuck-limit=4s", "--kv.shutdown.lame-duck=10s");

    /** @param cluster the status of {@code /actuator/health/cluster/raft} */
    private record Answers(boolean live, boolean ready, String cluster) {
        /** Cluster health first: while a state worsens, it says so before readiness does. */
        static Answers of(LocalNode node) {
            String status = node.health().status();
            boolean ready = node.isReady();
            return new Answers(node.isLive(), ready, status);
        }
    }

    static boolean canCompile() {
        String missing = FaultySync.missing();
        if (!missing.isEmpty()) {
            System.out.println("ProbeTableIT is left out: " + missing);
        }
        return missing.isEmpty();
    }

    @Test
    void withoutALeaderTheClusterIsDownAtOnceReadinessAfterThreeTimeoutsAndLivenessNever() {
        LocalNode leader = cluster.awaitLeader();
        cluster.nodes().forEach(node -> awaitAnswers(node, WELL, "a member that has its leader"));

        List<LocalNode> followers = cluster.others(leader).toList();
        LocalNode survivor = followers.getFirst();
        List<LocalNode> others = cluster.others(survivor).toList();
        others.forEach(LocalNode::pause);
        awaitAnswers(survivor, new Answers(true, true, DOWN), "an election in progress");
        awaitAnswers(survivor, NOT_READY, "no leader for longer");

        others.forEach(LocalNode::resume);
        cluster.nodes().forEach(node -> awaitAnswers(node, WELL, "a leader again"));
    }

    @Test
    void aLeaderOnTheMinoritySideIsAliveAndNotReadyAndSoIsOneThatStartsThere() {
        LocalNode leader = cluster.awaitLeader();
        List<LocalNode> followers = cluster.others(leader).toList();
        followers.forEach(LocalNode::pause);
        awaitAnswers(leader, NOT_READY, "a leader cut off from the others");

        leader.kill();
        leader.start();
        awaitAnswers(leader, NOT_READY, "a voter that starts and hears no leader");

        followers.forEach(LocalNode::resume);
        cluster.nodes().forEach(node -> awaitAnswers(node, WELL, "a leader again"));
    }

    @Test
    void aNodeThatJoinsIsAliveAndNotReadyAnObserverForGoodIsReadyAndOneThatWasRemovedIsNot() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode fourth = cluster.add("kv-4", "--kv.cluster.auto-join=false");
        fourth.start();
        // No leader speaks to it before it is a member.
        awaitAnswers(fourth, NOT_READY, "a node that waits to be added");

        String body = JsonMapper.shared().writeValueAsString(Map.of(
                "id", fourth.id(), "address", fourth.settings().peerAddress(), "url", fourth.url(),
                "directoryId", fourth.health().directory(), "promote", "manual"));
        asked(leader, "POST", "/v1/cluster/members", body);
        awaitAnswers(fourth, WELL, "an observer for good that has caught up");

        asked(leader, "DELETE", "/v1/cluster/members/" + fourth.id(), "");
        awaitAnswers(fourth, NOT_READY, "a node that was removed");
        assertThat(fourth.health().role()).isEqualTo("REMOVED");
    }

    @Test
    void aNodeThatIsToldToStopIsNotReadyWhileItStillServes() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        follower.beginStop();
        // It still has its leader: the cluster is as it is.
        awaitAnswers(follower, new Answers(true, false, UP), "a node that drains");
        assertThat(follower.http().get(follower.url() + "/v1/kv/none").status()).as("a read meanwhile").isEqualTo(404);
        assertThat(follower.awaitExit()).as("by SIGTERM").isEqualTo(143);
    }

    @Test
    void aSyncThatHangsBreaksAllThreeUntilItReturnsAndOneThatFailsForGood() {
        LocalNode leader = cluster.awaitLeader();
        FAULTS.begin(leader, FaultySync.Kind.HANG);
        cluster.others(leader).forEach(node -> node.http().put(node.url() + "/v1/kv/a", "1"));
        awaitAnswers(leader, BROKEN, "a sync that hangs");
        FAULTS.end(leader);
        awaitAnswers(leader, WELL, "a sync that came back");

        LocalNode next = cluster.awaitLeader();
        FAULTS.begin(next, FaultySync.Kind.FAIL);
        next.http().put(next.url() + "/v1/kv/b", "1");
        awaitAnswers(next, BROKEN, "a sync that failed");
        FAULTS.end(next);
        // For good: the others have a leader again, and it stays so.
        cluster.awaitLeaderOf(cluster.others(next).toList());
        assertThat(Answers.of(next)).isEqualTo(BROKEN);
    }

    private static void awaitAnswers(LocalNode node, Answers answers, String state) {
        await(node.id() + ": " + state).atMost(LIMIT).pollInterval(POLL).untilAsserted(
                () -> assertThat(Answers.of(node)).as(state).isEqualTo(answers));
        System.out.printf("%s: %s%n", state, answers);
    }

    /** What may come true by waiting is waited for. */
    private static void asked(LocalNode node, String method, String path, String body) {
        await(method + " " + path).atMost(LIMIT).untilAsserted(() -> {
            Http.Reply reply = node.http().send(method, node.url() + path, body);
            assertThat(reply.isSuccess()).as("%s", reply).isTrue();
        });
    }
}
