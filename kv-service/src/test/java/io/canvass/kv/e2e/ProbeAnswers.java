package io.canvass.kv.e2e;

import java.time.Duration;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A row of the probe table, as a node answers it.
 *
 * @param cluster the status of {@code /actuator/health/cluster/raft}
 */
record ProbeAnswers(boolean live, boolean ready, String cluster) {
    static final ProbeAnswers WELL = new ProbeAnswers(true, true, "UP");
    static final ProbeAnswers NOT_READY = new ProbeAnswers(true, false, "DOWN");
    static final ProbeAnswers BROKEN = new ProbeAnswers(false, false, "DOWN");
    static final ProbeAnswers OUT_OF_SERVICE = new ProbeAnswers(true, false, "OUT_OF_SERVICE");

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(50);

    /** Cluster health first: while a state worsens, it says so before readiness does. */
    static ProbeAnswers of(LocalNode node) {
        String status = node.health().status();
        boolean ready = node.isReady();
        return new ProbeAnswers(node.isLive(), ready, status);
    }

    /** Waits until all three are as they should be. */
    static void await(LocalNode node, ProbeAnswers answers, String state) {
        Awaitility.await(node.id() + ": " + state).atMost(LIMIT).pollInterval(POLL).untilAsserted(
                () -> assertThat(of(node)).as(state).isEqualTo(answers));
        System.out.printf("%s: %s%n", state, answers);
    }
}
