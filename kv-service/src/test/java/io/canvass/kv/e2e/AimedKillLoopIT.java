package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@code kill -9} aimed at the moments when files change hands: a snapshot on its way, one that takes the place of the
 * state, a log that begins later, a change of members. The logs keep so little that these go on all the time.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
@Tag("long")
class AimedKillLoopIT {
    /** {@code -Dcanvass.aimed.rounds} and {@code -Dcanvass.aimed.nodes} give others (docs/testing.md). */
    private static final int ROUNDS = Integer.getInteger("canvass.aimed.rounds", 6);

    private static final int NODES = Integer.getInteger("canvass.aimed.nodes", 3);

    private static final int COMPACT = 200;
    private static final int KEEP = 300;
    /** More than is written while a snapshot is sent: else who takes one would never catch up. */
    private static final int HOLD = 30_000;

    /** While somebody takes a snapshot; then what came before the log was cut. */
    private static final long MOST_ENTRIES = HOLD + 2 * COMPACT;

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private enum Aim {
        SENDER,
        RECEIVER,
        INSTALLATION,
        COMPACTION,
        MEMBERS,
        ANY
    }

    private final Random random = new Random();
    private final Map<Aim, Integer> struck = new EnumMap<>(Aim.class);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            NODES,
            // Files are what this is about: on few cores that are busy, as many elections as kills are enough.
            "--kv.raft.election-timeout=3s",
            "--kv.raft.log.compact-entries=" + COMPACT,
            "--kv.raft.log.keep-entries=" + KEEP,
            "--kv.raft.log.hold-entries=" + HOLD,
            // Slow enough that there is a middle of a snapshot.
            "--kv.raft.snapshot.bytes-per-second=1000000");

    @Test
    void nothingAcknowledgedIsLostWhenNodesAreKilledWhileFilesChangeHands() {
        long seed = Long.getLong("canvass.seed", System.nanoTime());
        random.setSeed(seed);
        System.out.println("Aimed kill loop of " + NODES + " nodes with -Dcanvass.seed=" + seed);
        List<Aim> aims = aims();
        try (Workload workload = Workload.on(cluster.urls())) {
            for (int round = 1; round <= ROUNDS; round++) {
                Aim aim = aims.get((round - 1) % aims.size());
                List<LocalNode> victims = strike(aim);
                struck.merge(aim, victims.size(), Integer::sum);
                System.out.println("Round " + round + ", " + aim + ": SIGKILL of " + victims);
                cluster.nodes().stream().filter(node -> !node.isRunning()).forEach(LocalNode::start);
                cluster.nodes().forEach(LocalNode::awaitReady);
                awaitVoters();
                workload.awaitProgress();
                cluster.nodes().forEach(AimedKillLoopIT::assertBounded);
            }
            cluster.nodes().forEach(AimedKillLoopIT::awaitShortLog);
            workload.stop();
            System.out.printf("Kills %s; %d writes acknowledged; %d snapshots begun, %d installed; entries in the logs: %s%n",
                    struck, workload.acknowledged(), lines("Sending "), lines("The state is that of a snapshot"),
                    cluster.nodes().stream().map(AimedKillLoopIT::entries).toList());
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    private List<Aim> aims() {
        List<Aim> aims = new ArrayList<>(Arrays.asList(Aim.values()));
        LocalNode any = cluster.nodes().getFirst();
        if (any.http().get(any.url() + "/v1/cluster/members").status() == 404) {
            System.out.println("This build has no members to change by HTTP");
            aims.remove(Aim.MEMBERS);
        }
        return aims;
    }

    private List<LocalNode> strike(Aim aim) {
        return switch (aim) {
            case SENDER -> {
                LocalNode late = late();
                yield killed(awaitLine(running(), "Sending " + late.id(), late::start), 1000);
            }
            case RECEIVER -> {
                LocalNode late = late();
                awaitLine(running(), "Sending " + late.id(), late::start);
                yield killed(late, 1000);
            }
            case INSTALLATION -> {
                LocalNode late = late();
                yield killed(awaitLine(List.of(late), "takes the place of the state", late::start), 50);
            }
            case COMPACTION -> killed(awaitCompaction(), 50);
            case MEMBERS -> {
                LocalNode leader = cluster.awaitLeader();
                LocalNode member = cluster.others(leader).toList().get(random.nextInt(NODES - 1));
                if (random.nextBoolean()) {
                    changeMember(leader, member, "demote");
                } else {
                    leader.http().post(change(leader, member, "demote"));
                    changeMember(leader, member, "promote");
                }
                yield killed(random.nextBoolean() ? leader : member, 100);
            }
            case ANY -> killed(any(), 1000);
        };
    }

    /** At a random moment from now on. */
    private List<LocalNode> killed(LocalNode victim, int withinMillis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(withinMillis)));
        victim.kill();
        return List.of(victim);
    }

    private LocalNode any() {
        return cluster.nodes().get(random.nextInt(NODES));
    }

    private List<LocalNode> running() {
        return cluster.nodes().stream().filter(LocalNode::isRunning).toList();
    }

    /** One that is gone, and of which the others' logs no longer hold what it lacks. */
    private LocalNode late() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode late = cluster.others(leader).toList().get(random.nextInt(NODES - 1));
        long last = log(late, "lastIndex");
        late.kill();
        await("logs that begin behind " + last).atMost(LIMIT).pollInterval(POLL).until(
                () -> running().stream().allMatch(node -> log(node, "snapshotIndex") > last));
        return late;
    }

    /** The node whose log says it once more, after this was done. */
    private static LocalNode awaitLine(List<LocalNode> nodes, String text, Runnable first) {
        List<Long> before = nodes.stream().map(node -> lines(node, text)).toList();
        first.run();
        return await(text).atMost(LIMIT).pollInterval(POLL).until(
                () -> {
                    for (int i = 0; i < nodes.size(); i++) {
                        if (lines(nodes.get(i), text) > before.get(i)) {
                            return List.of(nodes.get(i));
                        }
                    }
                    return List.<LocalNode>of();
                },
                found -> !found.isEmpty()).getFirst();
    }

    private LocalNode awaitCompaction() {
        LocalNode node = any();
        long before = log(node, "snapshotIndex");
        await("a log that begins later").atMost(LIMIT).pollInterval(POLL).until(
                () -> log(node, "snapshotIndex") > before);
        return node;
    }

    /** Whom a round demoted is made a voter again: the next kills one, and the others are to be a majority. */
    private void awaitVoters() {
        await("voters all").atMost(LIMIT).until(() -> {
            LocalNode leader = cluster.awaitLeader();
            Optional<LocalNode> observer = observer(leader);
            observer.ifPresent(node -> leader.http().post(change(leader, node, "promote")));
            return observer.isEmpty();
        });
    }

    private Optional<LocalNode> observer(LocalNode leader) {
        JsonNode members = leader.http().get(leader.url() + "/v1/cluster/members").json().path("members");
        return StreamSupport.stream(members.spliterator(), false)
                .filter(member -> !member.path("voter").asBoolean())
                .map(member -> cluster.node(member.path("id").asString()))
                .findFirst();
    }

    /** What becomes of the request is not waited for: the leader may be killed in the middle of it. */
    private static void changeMember(LocalNode leader, LocalNode member, String how) {
        Thread.ofPlatform().start(() -> leader.http().post(change(leader, member, how)));
    }

    private static String change(LocalNode leader, LocalNode member, String how) {
        return leader.url() + "/v1/cluster/members/" + member.id() + "/" + how;
    }

    private static void assertBounded(LocalNode node) {
        assertThat(entries(node)).as("entries in the log of %s", node).isLessThanOrEqualTo(MOST_ENTRIES);
    }

    private static void awaitShortLog(LocalNode node) {
        await("the log of " + node + " is cut").atMost(LIMIT).until(() -> entries(node) <= KEEP + 2 * COMPACT);
    }

    private static long entries(LocalNode node) {
        return log(node, "lastIndex") - log(node, "snapshotIndex");
    }

    /** -1 if the node does not answer. */
    private static long log(LocalNode node, String what) {
        Http.Reply reply = node.http().get(node.url() + Health.PATH);
        return reply.reach() == Http.Reach.ANSWERED ? reply.json().path("details").path("log").path(what).asLong(-1) : -1;
    }

    private long lines(String text) {
        return cluster.nodes().stream().mapToLong(node -> lines(node, text)).sum();
    }

    private static long lines(LocalNode node, String text) {
        return node.log().lines().filter(line -> line.contains(text)).count();
    }
}
