package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** OPERATIONS.md, section 3, on real processes: what a node answers that is behind, as a voter after its start and as an observer. */
@Timeout(400)
@Tag("long")
class CatchingUpProbesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int BATCHES = 60;
    private static final int BATCH = 1000;

    /** With this lag nobody is promoted while there are writes without a break. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.promotion.max-lag=0");

    @Test
    void whoStartsIsAliveAtItsFirstAnswerAndNotReadyBeforeItHasAppliedWhatWasCommittedBefore() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode behind = cluster.others(leader).findFirst().orElseThrow();
        behind.kill();
        try (Http http = new Http(PATIENCE)) {
            for (int i = 0; i < BATCHES; i++) {
                write(http, leader, i);
            }
        }
        long committed = logIndex(leader, "commitIndex");

        behind.start();
        int silent = 0;
        int notReady = 0;
        while (!behind.isReady()) {
            Http.Reply live = behind.http().get(behind.url() + "/livez");
            if (live.reach() == Http.Reach.ANSWERED) {
                assertThat(live.status()).as("liveness while the log is replayed").isEqualTo(200);
                notReady++;
            } else {
                assertThat(behind.isRunning()).isTrue();
                silent++;
            }
        }
        assertThat(logIndex(behind, "appliedIndex")).as("applied when ready").isGreaterThanOrEqualTo(committed);
        System.out.printf("%d entries behind: not reached %d times, then alive and not ready %d times, then ready%n",
                committed, silent, notReady);
    }

    @Test
    void anObserverThatIsToVoteIsOutOfServiceUntilItDoes() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode fourth = cluster.add("kv-4", "--kv.cluster.auto-join=false");
        fourth.start();
        ProbeAnswers.await(fourth, ProbeAnswers.NOT_READY, "a node that waits to be added");
        try (Workload workload = Workload.on(cluster.urls())) {
            Http.Reply added = leader.http().send("POST", leader.url() + "/v1/cluster/members",
                    JsonMapper.shared().writeValueAsString(Map.of(
                            "id", fourth.id(), "address", fourth.settings().peerAddress(), "url", fourth.url(),
                            "directoryId", fourth.health().directory(), "promote", "auto")));
            assertThat(added.isSuccess()).as("%s", added).isTrue();
            ProbeAnswers.await(fourth, ProbeAnswers.OUT_OF_SERVICE, "an observer that is to vote and catches up");
            workload.stop();
        }
        ProbeAnswers.await(fourth, ProbeAnswers.WELL, "a voter since it has caught up");
        assertThat(fourth.health().voters()).isEqualTo(4);
    }

    private static void write(Http http, LocalNode node, int batch) {
        String body = IntStream.range(0, BATCH)
                .mapToObj(i -> "{\"put\":{\"key\":\"k" + batch + "/" + i + "\",\"value\":\"" + "v".repeat(200) + "\"}}\n")
                .collect(Collectors.joining());
        Http.Reply reply = http.sendLines(node.url() + "/v1/batch", body);
        assertThat(reply.body().lines().filter(line -> line.contains("\"status\":201")).count())
                .as(reply.body())
                .isEqualTo(BATCH);
    }

    private static long logIndex(LocalNode node, String which) {
        long index = JsonMapper.shared().readTree(node.health().text()).path("details").path("log").path(which).asLong(-1);
        assertThat(index).as(which).isNotNegative();
        return index;
    }
}
