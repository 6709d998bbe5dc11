package io.canvass.kv.e2e;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(1800)
class KillLoopIT {
    /** {@code -Dcanvass.kill.rounds} gives another number (docs/testing.md). */
    private static final int ROUNDS = Integer.getInteger("canvass.kill.rounds", 3);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    @Test
    void nothingAcknowledgedIsLostWhenNodesAreKilledAgainAndAgainUnderLoad() {
        long seed = Long.getLong("canvass.seed", System.nanoTime());
        System.out.println("Kill loop with -Dcanvass.seed=" + seed);
        Random random = new Random(seed);
        try (Workload workload = Workload.on(cluster.urls())) {
            for (int round = 1; round <= ROUNDS; round++) {
                List<LocalNode> victims = victims(round, random);
                System.out.println("Round " + round + ": SIGKILL of " + victims.stream().map(LocalNode::id).toList());
                victims.parallelStream().forEach(LocalNode::kill);
                victims.forEach(LocalNode::start);
                victims.forEach(LocalNode::awaitReady);
                workload.awaitProgress();
            }
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    /** The leader, all nodes at once, any node, and so on. */
    private List<LocalNode> victims(int round, Random random) {
        return switch (round % 3) {
            case 1 -> List.of(cluster.awaitLeader());
            case 2 -> cluster.nodes();
            default -> List.of(cluster.nodes().get(random.nextInt(cluster.nodes().size())));
        };
    }
}
