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

    /** The election timeout is long: an election in progress lasts for two of them until readiness ends. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.in(
            FAULTS, 3, "--kv.raft.election-timeout=6s", "--kv.raft.disk-stall-limit=1s",
            "--kv.health.liveness.stuck-limit=4s", "--kv.shutdown.lame-duck=10s");

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
        cluster.nodes().forEach(node -> ProbeAnswers.await(node, ProbeAnswers.WELL, "a member that has its leader"));

        List<LocalNode> followers = cluster.others(leader).toList();
        LocalNode survivor = followers.getFirst();
        List<LocalNode> others = cluster.others(survivor).toList();
        others.forEach(LocalNode::pause);
        ProbeAnswers.await(survivor, new ProbeAnswers(true, true, "DOWN"), "an election in progress");
        ProbeAnswers.await(survivor, ProbeAnswers.NOT_READY, "no leader for longer");

        others.forEach(LocalNode::resume);
        cluster.nodes().forEach(node -> ProbeAnswers.await(node, ProbeAnswers.WELL, "a leader again"));
    }

    @Test
    void aLeaderOnTheMinoritySideIsAliveAndNotReadyAndSoIsOneThatStartsThere() {
        LocalNode leader = cluster.awaitLeader();
        List<LocalNode> followers = cluster.others(leader).toList();
        followers.forEach(LocalNode::pause);
        ProbeAnswers.await(leader, ProbeAnswers.NOT_READY, "a leader cut off from the others");

        leader.kill();
        leader.start();
        ProbeAnswers.await(leader, ProbeAnswers.NOT_READY, "a voter that starts and hears no leader");

        followers.forEach(LocalNode::resume);
        cluster.nodes().forEach(node -> ProbeAnswers.await(node, ProbeAnswers.WELL, "a leader again"));
    }

    @Test
    void aNodeThatJoinsIsAliveAndNotReadyAnObserverForGoodIsReadyAndOneThatWasRemovedIsNot() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode fourth = cluster.add("kv-4", "--kv.cluster.auto-join=false");
        fourth.start();
        // No leader speaks to it before it is a member.
        ProbeAnswers.await(fourth, ProbeAnswers.NOT_READY, "a node that waits to be added");

        String body = JsonMapper.shared().writeValueAsString(Map.of(
                "id", fourth.id(), "address", fourth.settings().peerAddress(), "url", fourth.url(),
                "directoryId", fourth.health().directory(), "promote", "manual"));
        asked(leader, "POST", "/v1/cluster/members", body);
        ProbeAnswers.await(fourth, ProbeAnswers.WELL, "an observer for good that has caught up");

        asked(leader, "DELETE", "/v1/cluster/members/" + fourth.id(), "");
        ProbeAnswers.await(fourth, ProbeAnswers.NOT_READY, "a node that was removed");
        assertThat(fourth.health().role()).isEqualTo("REMOVED");
    }

    @Test
    void aNodeThatIsToldToStopIsNotReadyWhileItStillServes() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        follower.beginStop();
        // It still has its leader: the cluster is as it is.
        ProbeAnswers.await(follower, new ProbeAnswers(true, false, "UP"), "a node that drains");
        assertThat(follower.http().get(follower.url() + "/v1/kv/none").status()).as("a read meanwhile").isEqualTo(404);
        assertThat(follower.awaitExit()).as("by SIGTERM").isEqualTo(143);
    }

    @Test
    void aSyncThatHangsBreaksAllThreeUntilItReturnsAndOneThatFailsForGood() {
        LocalNode leader = cluster.awaitLeader();
        FAULTS.begin(leader, FaultySync.Kind.HANG);
        cluster.others(leader).forEach(node -> node.http().put(node.url() + "/v1/kv/a", "1"));
        ProbeAnswers.await(leader, ProbeAnswers.BROKEN, "a sync that hangs");
        FAULTS.end(leader);
        ProbeAnswers.await(leader, ProbeAnswers.WELL, "a sync that came back");

        LocalNode next = cluster.awaitLeader();
        FAULTS.begin(next, FaultySync.Kind.FAIL);
        next.http().put(next.url() + "/v1/kv/b", "1");
        ProbeAnswers.await(next, ProbeAnswers.BROKEN, "a sync that failed");
        FAULTS.end(next);
        // For good: the others have a leader again, and it stays so.
        cluster.awaitLeaderOf(cluster.others(next).toList());
        assertThat(ProbeAnswers.of(next)).isEqualTo(ProbeAnswers.BROKEN);
    }

    /** What may come true by waiting is waited for. */
    private static void asked(LocalNode node, String method, String path, String body) {
        await(method + " " + path).atMost(LIMIT).untilAsserted(() -> {
            Http.Reply reply = node.http().send(method, node.url() + path, body);
            assertThat(reply.isSuccess()).as("%s", reply).isTrue();
        });
    }
}
