package io.canvass.kv.e2e;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * From the release before this one to this one, under load, and back half-way: nothing new is used before all nodes know it, so
 * until then the old release takes its place again.
 */
@Timeout(1200)
@EnabledIfSystemProperty(
        named = "canvass.previous.jar",
        matches = ".+",
        disabledReason = "needs -Dcanvass.previous.jar=…, the jar of the previous release (docs/versions.md says how to make it)")
class RollingUpgradeIT {
    @RegisterExtension
    private final LocalCluster cluster =
            LocalCluster.ofRelease(3, () -> Repository.application(Repository.previousJar()));

    @Test
    void nodesAreUpgradedOneByOneUnderLoadAndDowngradedAgainBeforeAnythingNewIsUsed() {
        List<String> older = Repository.application(Repository.previousJar());
        List<String> newer = Repository.application();
        LocalNode first = cluster.nodes().get(0);
        LocalNode second = cluster.nodes().get(1);
        LocalNode third = cluster.nodes().get(2);
        try (Workload workload = Workload.on(cluster.urls())) {
            become(first, "newer", newer, workload);
            become(second, "newer", newer, workload);

            become(first, "older", older, workload);
            become(second, "older", older, workload);

            become(third, "newer", newer, workload);
            become(second, "newer", newer, workload);
            become(first, "newer", newer, workload);

            System.out.printf("Rolling upgrade: %d writes acknowledged, longest pause %d ms%n",
                    workload.acknowledged(), workload.longestPause().toMillis());
            workload.stop();
            cluster.nodes().forEach(workload::verify);
        }
        StoredStates.assertSame(cluster);
    }

    private void become(LocalNode node, String name, List<String> release, Workload workload) {
        node.becomes(release);
        workload.awaitProgress();
        System.out.println(node + " runs the " + name + " release; " + cluster.awaitLeader() + " leads");
    }
}
