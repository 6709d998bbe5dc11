package io.canvass.chart;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** OPERATIONS.md, section 5: what others stepped into, one after the other. */
class PitfallsTest {
    static List<String> sets() {
        return Chart.valueSets();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall01TheMemberIsNeverRemovedInPreStop(String set) {
        Lifecycle lifecycle = Manifests.of(set).node().getLifecycle();
        assertThat(Chart.manifests(set)).doesNotContain("member remove", "member rejoin", "helm.sh/hook: pre-delete", "post-delete");
        if (lifecycle != null) {
            assertThat(lifecycle.getPostStart()).isNull();
            assertThat(lifecycle.getPreStop().getExec()).isNull();
            assertThat(lifecycle.getPreStop().getHttpGet()).isNull();
        }
        assertThat(Chart.text(Chart.source().resolve("README.md")) + Chart.text(Chart.repository().resolve("docs/helm.md")))
                .as("the docs describe no hook that is not there").doesNotContain("leave_on", "pre-delete", "removes the member");
    }

    @Test
    void pitfall02ParallelForTheBirthAndAPreflightAndAPartitionForUpdates() {
        Manifests manifests = Manifests.of("three-nodes");
        assertThat(manifests.nodes().getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
        assertThat(Chart.text(Chart.source().resolve("values.schema.json"))).as("immutable: no value").doesNotContain("podManagement");
        assertThat(manifests.every(Job.class)).hasSize(1);
        assertThat(manifests.nodes().getSpec().getUpdateStrategy().getRollingUpdate().getPartition()).isNotNull();
        assertThat(Chart.notes("three-nodes", "1.35.2", Map.of())).contains("kubernetes/kubernetes#137409");
        assertThat(Chart.notes("three-nodes", "1.34.9", Map.of())).doesNotContain("137409");
        assertThat(Chart.notes("three-nodes", "1.36.0", Map.of())).doesNotContain("137409");
    }

    @Test
    void pitfall03TheBudgetDoesNotGuardARolloutSoTheRolloutHasACheckOfItsOwn() {
        Manifests manifests = Manifests.of("three-nodes");
        assertThat(manifests.every(PodDisruptionBudget.class)).hasSize(1);
        assertThat(manifests.one(Job.class).getMetadata().getAnnotations()).containsEntry("helm.sh/hook", "pre-upgrade");
        assertThat(Chart.notes("bare", Chart.KUBERNETES, Map.of())).contains("preflight.enabled=false: nothing looks");
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall04LivenessAsksForNothingThatARestartCannotCure(String set) {
        Container node = Manifests.of(set).node();
        for (Probe probe : List.of(node.getLivenessProbe(), node.getStartupProbe())) {
            assertThat(probe.getExec()).as("no command: it would cost CPU").isNull();
            assertThat(probe.getHttpGet().getPath()).isEqualTo("/livez");
        }
        assertThat(node.getReadinessProbe().getExec()).isNull();
        assertThat(node.getLivenessProbe().getInitialDelaySeconds()).as("the startup probe's part").isNull();
    }

    @Test
    void pitfall05AnOldDiskUnderARemovedNameIsAStranger() {
        assertThat(Manifests.of("three-nodes").environmentOf("kv-canvass-4")).containsEntry("KV_NODE_ID", "kv-canvass-4");
        assertThat(Chart.text(Chart.repository().resolve("docs/helm.md"))).contains("kubectl delete pvc data-", "was removed from its cluster");
    }

    @Test
    void pitfall06ScaleDownIsRefusedByTheJobAndNeverDoneForYou() {
        List<String> arguments = OperationsTest.preflight("five-nodes", Map.of("replicas", "3"));
        assertThat(arguments).contains("--replicas=3", "--pods=kv-canvass");
        assertThat(Manifests.of("five-nodes").nodes().getMetadata().getName()).isEqualTo("kv-canvass");
        assertThat(Chart.notes("five-nodes", Chart.KUBERNETES, Map.of())).contains("kvctl member remove kv-canvass-4");
    }

    @Test
    void pitfall06ScaleUpFlipsNoState() {
        String text = Chart.manifests("five-nodes").toLowerCase(java.util.Locale.ROOT);
        assertThat(text).doesNotContain("initial-cluster", "initial_cluster", "cluster_state");
        Set<String> three = Manifests.of("three-nodes").environmentOf("x").keySet();
        assertThat(Manifests.of("three-nodes", Map.of("replicas", "5")).environmentOf("x").keySet()).isEqualTo(three);
    }

    /** The list is the number of voters that is expected, and each of them waits for all on it. */
    @Test
    void pitfall07AllPodsFormOneClusterByOneList() {
        assertThat(voters("three-nodes", Map.of())).hasSize(3);
        assertThat(voters("three-nodes", Map.of("replicas", "9"))).as("the others join").hasSize(3);
        assertThat(voters("three-nodes", Map.of("replicas", "1"))).hasSize(1);
        assertThat(voters("three-nodes", Map.of("replicas", "5", "bootstrapReplicas", "5"))).hasSize(5);
        assertThat(Manifests.of("three-nodes").nodePod().getInitContainers()).isEmpty();
    }

    private static List<String> voters(String set, Map<String, String> more) {
        return List.of(Manifests.of(set, more).settings().getData().getOrDefault("voters", "").split(","));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall08NothingScalesTheVotersByItself(String set) {
        assertThat(Chart.manifests(set)).doesNotContain("HorizontalPodAutoscaler", "ScaledObject", "VerticalPodAutoscaler");
        assertThat(voters("three-nodes", Map.of("replicas", "4"))).as("the list is that of the birth").isEqualTo(voters("three-nodes", Map.of()));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall09TheGraceIsLongerThanAllThatAStopTakes(String set) {
        PodSpec pod = Manifests.of(set).nodePod();
        Lifecycle lifecycle = pod.getContainers().getFirst().getLifecycle();
        long preStop = lifecycle == null ? 0 : lifecycle.getPreStop().getSleep().getSeconds();
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(preStop + longestStopSeconds());
        assertThatThrownBy(() -> Manifests.of(set, Map.of("terminationGracePeriodSeconds", "15")))
                .hasMessageContaining("terminationGracePeriodSeconds").hasMessageContaining("got 15, want 45");
    }

    /** Lame duck, hand-over (an election timeout), requests under way, and as long again for what closes after them. */
    private static long longestStopSeconds() {
        String settings = Chart.text(Chart.repository().resolve("kv-service/src/main/resources/application.yaml"));
        String drain = settings.lines()
                .filter(line -> line.contains("timeout-per-shutdown-phase"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .findFirst()
                .orElseThrow();
        return 1 + 1 + Long.parseLong(drain) + 10;
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall10ProbesCarryNoCredentials(String set) {
        Container node = Manifests.of(set).node();
        for (Probe probe : List.of(node.getStartupProbe(), node.getLivenessProbe(), node.getReadinessProbe())) {
            assertThat(probe.getHttpGet().getHttpHeaders()).isEmpty();
            assertThat(probe.getHttpGet().getPath()).isIn("/livez", "/readyz");
        }
        assertThat(Chart.manifests(set)).as("a kubelet has no certificate either").doesNotContain("client-auth: \"need\"");
        assertThatThrownBy(() -> Manifests.of(set, Map.of("tls.clientAuth", "need"))).hasMessageContaining("clientAuth");
    }

    @ParameterizedTest
    @MethodSource("sets")
    void pitfall11TheDataIsTheNodesOwnAndTmpMayBeWrittenAndExecuted(String set) {
        PodSpec pod = Manifests.of(set).nodePod();
        assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(pod.getSecurityContext().getRunAsGroup());
        assertThat(pod.getSecurityContext().getFsGroupChangePolicy()).isEqualTo("OnRootMismatch");
        assertThat(pod.getContainers().getFirst().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .filteredOn(mount -> mount.getMountPath().equals("/tmp"))
                .hasSize(1)
                .allMatch(mount -> mount.getReadOnly() == null);
        Volume tmp = pod.getVolumes().stream().filter(volume -> volume.getName().equals("tmp")).findFirst().orElseThrow();
        assertThat(tmp.getEmptyDir().getMedium()).as("memory may be mounted noexec, and counts against the limit").isNull();
    }

    /** The heap is a share of the limit, the rest is RocksDB's and the JVM's; the image has the shares, the chart the limit. */
    @ParameterizedTest
    @MethodSource("sets")
    void pitfall12TheHeapLeavesRoomBelowTheLimitForWhatIsNative(String set) {
        Container node = Manifests.of(set).node();
        Quantity limit = node.getResources().getLimits().get("memory");
        assertThat(limit).isNotNull().isEqualTo(node.getResources().getRequests().get("memory"));
        assertThat(node.getEnv()).as("no -Xmx that forgets the rest")
                .noneMatch(variable -> String.valueOf(variable.getValue()).contains("-Xmx"));
        assertThatThrownBy(() -> Manifests.of(set, Map.of("memory.heapPercent", "90"))).hasMessageContaining("heapPercent");
        Map<String, String> told = Manifests.of(set, Map.of("memory.heapPercent", "50", "memory.total", "80%")).environmentOf("x");
        assertThat(told).containsEntry("KV_MEMORY_TOTAL", "80%").containsEntry("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=50");
    }

    /** None of the list, but of this house: a Service of this name would set KV_PEER_PORT to tcp://… in each pod beside it. */
    @Test
    void aServiceThatIsCalledKvPeerChangesNoSetting() {
        assertThat(Manifests.of("three-nodes").nodePod().getEnableServiceLinks()).isFalse();
    }

    /** A file that is mounted by subPath is a copy, which a renewal never reaches. */
    @ParameterizedTest
    @MethodSource("sets")
    void aRenewedCertificateReachesThePod(String set) {
        assertThat(Manifests.of(set).node().getVolumeMounts())
                .allMatch(mount -> mount.getSubPath() == null && mount.getSubPathExpr() == null);
        Map<String, Object> settings = Manifests.of(set).settingsFile();
        if (settings.keySet().stream().anyMatch(name -> name.startsWith("spring.ssl."))) {
            assertThat(settings).containsEntry("spring.ssl.bundle.pem.canvass.reload-on-update", "true");
        }
    }
}
