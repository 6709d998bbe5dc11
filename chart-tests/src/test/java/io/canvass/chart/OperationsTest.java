package io.canvass.chart;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The rows of OPERATIONS.md's section 4, column "ours", and section 6. */
class OperationsTest {
    private final Manifests manifests = Manifests.of("three-nodes");
    private final StatefulSetSpec nodes = manifests.nodes().getSpec();
    private final Container node = manifests.node();

    @Test
    void podManagementIsParallel() {
        assertThat(nodes.getPodManagementPolicy()).isEqualTo("Parallel");
    }

    @Test
    void theHeadlessServiceTellsOfNodesThatAreNotReadyTheClientsDoesNot() {
        assertThat(manifests.headless().getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(manifests.client().getSpec().getPublishNotReadyAddresses()).isNull();
    }

    @Test
    void livenessAsksLivez() {
        assertThat(node.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/livez");
    }

    @Test
    void readinessAsksReadyzEachFiveSecondsThreeTimesForTwoSeconds() {
        assertThat(node.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
        assertThat(times(node.getReadinessProbe())).containsExactly(5, 3, 2);
    }

    @Test
    void theStartTakesTenMinutesByLivez() {
        assertThat(node.getStartupProbe().getHttpGet().getPath()).isEqualTo("/livez");
        assertThat(times(node.getStartupProbe())).startsWith(5, 120);
    }

    private static List<Integer> times(Probe probe) {
        return List.of(probe.getPeriodSeconds(), probe.getFailureThreshold(), probe.getTimeoutSeconds());
    }

    @Test
    void atMostOneNodeIsEvictedAtATime() {
        assertThat(manifests.one(PodDisruptionBudget.class).getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(Manifests.of("bare").every(PodDisruptionBudget.class)).isEmpty();
    }

    @Test
    void podsKeepApartByHostAndZoneIfTheyCanAndMustIfTheyAreToldTo() {
        var apart = manifests.nodePod().getAffinity().getPodAntiAffinity();
        assertThat(apart.getPreferredDuringSchedulingIgnoredDuringExecution()).hasSize(1).allMatch(term ->
                term.getPodAffinityTerm().getTopologyKey().equals("kubernetes.io/hostname"));
        assertThat(apart.getRequiredDuringSchedulingIgnoredDuringExecution()).isEmpty();
        assertThat(manifests.nodePod().getTopologySpreadConstraints()).hasSize(1).allMatch(spread ->
                spread.getTopologyKey().equals("topology.kubernetes.io/zone") && spread.getWhenUnsatisfiable().equals("ScheduleAnyway"));
        assertThat(Manifests.of("five-nodes").nodePod().getAffinity().getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()).hasSize(1);
        assertThat(Manifests.of("bare").nodePod().getAffinity()).isNull();
    }

    @Test
    void disksAreRetainedAndThatIsSaid() {
        assertThat(nodes.getPersistentVolumeClaimRetentionPolicy().getWhenDeleted()).isEqualTo("Retain");
        assertThat(nodes.getPersistentVolumeClaimRetentionPolicy().getWhenScaled()).isEqualTo("Retain");
    }

    @Test
    void anUpdateRollsFromTheLastPodOnAndMayBeHeldAtAPartition() {
        assertThat(nodes.getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
        assertThat(nodes.getUpdateStrategy().getRollingUpdate().getPartition()).isZero();
        assertThat(nodes.getUpdateStrategy().getRollingUpdate().getMaxUnavailable()).as("one at a time").isNull();
        assertThat(nodes.getMinReadySeconds()).isEqualTo(10);
        assertThat(Manifests.of("canary").nodes().getSpec().getUpdateStrategy().getRollingUpdate().getPartition()).isEqualTo(2);
    }

    @Test
    void aPodHasAMinuteToStopAndSleepsFirst() {
        assertThat(manifests.nodePod().getTerminationGracePeriodSeconds()).isEqualTo(60);
        assertThat(node.getLifecycle().getPreStop().getSleep().getSeconds()).isEqualTo(5);
    }

    /** The native sleep is there by default since Kubernetes 1.30. */
    @Test
    void anOlderKubernetesSleepsByACommand() {
        var preStop = Manifests.decode(Chart.manifests("three-nodes", "1.29.9", Map.of())).node().getLifecycle().getPreStop();
        assertThat(preStop.getSleep()).isNull();
        assertThat(preStop.getExec().getCommand()).containsExactly("sleep", "5");
        assertThat(Manifests.decode(Chart.manifests("three-nodes", "1.30.0", Map.of())).node().getLifecycle().getPreStop().getSleep())
                .isNotNull();
    }

    @Test
    void aNodeIsCalledLikeItsPodIsReachedByItsDnsNameAndKeepsItsIdentityOnDisk() {
        assertThat(manifests.environmentOf("kv-canvass-2"))
                .containsEntry("KV_NODE_ID", "kv-canvass-2")
                .containsEntry("KV_PEER_ADVERTISE", "kv-canvass-2.kv-canvass-headless.stores.svc.cluster.local:9080")
                .containsEntry("KV_DATADIR", "/data/node");
        assertThat(nodes.getVolumeClaimTemplates()).hasSize(1);
        assertThat(node.getVolumeMounts()).anyMatch(mount -> mount.getName().equals("data") && mount.getMountPath().equals("/data"));
        assertThat(Chart.manifests("three-nodes")).doesNotContain("podIP", "hostIP");
    }

    @Test
    void beforeAnUpgradeThePreflightRunsOnceWithTheVersionAndTheNumberThatAreToBe() {
        Job job = manifests.one(Job.class);
        assertThat(job.getMetadata().getAnnotations())
                .containsEntry("helm.sh/hook", "pre-upgrade")
                .containsEntry("helm.sh/hook-delete-policy", "before-hook-creation,hook-succeeded");
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(job.getSpec().getActiveDeadlineSeconds()).isPositive();
        Container container = job.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(container.getCommand()).containsExactly("kvctl");
        assertThat(container.getArgs()).startsWith("preflight").contains("--replicas=3", "--version=" + System.getProperty("canvass.version"));
        assertThat(container.getImage()).isEqualTo(node.getImage());
        assertThat(preflight("canary")).as("of the tag").contains("--version=1.4.2");
        assertThat(preflight("three-nodes", Map.of("image.tag", "latest"))).as("a tag that is no version")
                .contains("--version=" + System.getProperty("canvass.version"));
        assertThat(preflight("three-nodes", Map.of("image.tag", "latest", "preflight.version", "2.0.1"))).contains("--version=2.0.1");
        assertThat(Manifests.of("bare").every(Job.class)).isEmpty();
    }

    static List<String> preflight(String set) {
        return preflight(set, Map.of());
    }

    static List<String> preflight(String set, Map<String, String> more) {
        return Manifests.of(set, more).one(Job.class).getSpec().getTemplate().getSpec().getContainers().getFirst().getArgs();
    }

    @Test
    void scalingRestartsNobodyAndANewSettingRestartsAll() {
        String settings = "canvass.io/settings";
        Map<String, String> three = annotations(Map.of());
        assertThat(annotations(Map.of("replicas", "5"))).containsEntry(settings, three.get(settings));
        assertThat(Manifests.of("three-nodes", Map.of("replicas", "5")).nodes().getSpec().getTemplate())
                .isEqualTo(nodes.getTemplate());
        assertThat(annotations(Map.of("config.kv\\.raft\\.election-timeout", "2s")).get(settings)).isNotEqualTo(three.get(settings));
    }

    private static Map<String, String> annotations(Map<String, String> more) {
        return Manifests.of("three-nodes", more).nodes().getSpec().getTemplate().getMetadata().getAnnotations();
    }

    @Test
    void theChartTheAppAndTheProjectHaveOneVersionAndTheImageIsTaggedWithIt() {
        String version = System.getProperty("canvass.version");
        Map<String, Object> chart = Chart.yaml(Chart.text(Chart.source().resolve("Chart.yaml")));
        assertThat(chart).containsEntry("version", version).containsEntry("appVersion", version);
        assertThat(node.getImage()).isEqualTo("canvass:" + version);
    }
}
