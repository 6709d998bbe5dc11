package io.canvass.chart;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.marcnuri.helm.LintResult;
import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever the values: the manifests are ones, and agree with each other. */
class ManifestsTest {
    /** RFC 1123, as Kubernetes takes it for names that become DNS labels. */
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final int MAX_LABEL = 63;

    static List<String> sets() {
        return Chart.valueSets();
    }

    @Test
    void thereAreAtLeastTenSetsOfValues() {
        assertThat(sets()).hasSizeGreaterThanOrEqualTo(10);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void theStrictLinterFindsNothing(String set) {
        LintResult result = Chart.lint(set);
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("[WARNING]") || message.contains("[ERROR]"));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void eachHasANameOfItsOwnANamespaceAndLabels(String set) {
        Set<String> seen = new HashSet<>();
        for (HasMetadata manifest : Manifests.of(set).all()) {
            String name = manifest.getMetadata().getName();
            assertThat(seen.add(manifest.getKind() + "/" + name)).as("%s twice", name).isTrue();
            assertThat(name).matches(LABEL).hasSizeLessThanOrEqualTo(MAX_LABEL);
            assertThat(manifest.getMetadata().getNamespace()).as(name).isEqualTo(Chart.NAMESPACE);
            assertThat(manifest.getMetadata().getLabels())
                    .containsEntry("app.kubernetes.io/name", "canvass")
                    .containsEntry("app.kubernetes.io/instance", Chart.RELEASE)
                    .containsEntry("app.kubernetes.io/managed-by", "Helm");
            assertThat(manifest.getMetadata().getLabels().values())
                    .allMatch(value -> value.matches("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?") && value.length() <= MAX_LABEL);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatSelectsNodesSelectsThemAndNothingElse(String set) {
        Manifests manifests = Manifests.of(set);
        Map<String, String> nodes = manifests.nodeLabels();
        List<Map<String, String>> others = Stream.concat(
                        manifests.every(Job.class).stream().map(job -> job.getSpec().getTemplate().getMetadata().getLabels()),
                        manifests.every(Pod.class).stream().map(pod -> pod.getMetadata().getLabels()))
                .toList();
        for (Map<String, String> selector : selectors(manifests)) {
            assertThat(selector).isNotEmpty();
            assertThat(nodes.entrySet()).containsAll(selector.entrySet());
            assertThat(others).noneMatch(labels -> labels.entrySet().containsAll(selector.entrySet()));
        }
    }

    private static List<Map<String, String>> selectors(Manifests manifests) {
        PodSpec pod = manifests.nodePod();
        Stream<Map<String, String>> spread = pod.getTopologySpreadConstraints().stream()
                .map(constraint -> constraint.getLabelSelector().getMatchLabels());
        Stream<Map<String, String>> apart = pod.getAffinity() == null
                ? Stream.of()
                : Stream.concat(
                        pod.getAffinity().getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution().stream()
                                .map(term -> term.getPodAffinityTerm().getLabelSelector().getMatchLabels()),
                        pod.getAffinity().getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().stream()
                                .map(term -> term.getLabelSelector().getMatchLabels()));
        Stream<Map<String, String>> owners = Stream.of(
                        Stream.of(manifests.nodes().getSpec().getSelector().getMatchLabels()),
                        manifests.every(Service.class).stream().map(service -> service.getSpec().getSelector()),
                        manifests.every(PodDisruptionBudget.class).stream().map(budget -> budget.getSpec().getSelector().getMatchLabels()),
                        manifests.every(NetworkPolicy.class).stream().map(policy -> policy.getSpec().getPodSelector().getMatchLabels()))
                .flatMap(stream -> stream);
        return Stream.of(owners, spread, apart).flatMap(stream -> stream).toList();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void portsThatAreNamedExist(String set) {
        Manifests manifests = Manifests.of(set);
        Map<String, Integer> ports = manifests.node().getPorts().stream()
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
        assertThat(ports).containsOnlyKeys("http", "peer");
        for (Service service : manifests.every(Service.class)) {
            assertThat(service.getSpec().getPorts())
                    .allMatch(port -> ports.containsKey(port.getTargetPort().getStrVal()))
                    .extracting(ServicePort::getName).doesNotHaveDuplicates();
        }
        assertThat(manifests.headless().getSpec().getPorts()).as("a pod is reached at its own ports")
                .allMatch(port -> port.getPort().equals(ports.get(port.getName())));
        Container node = manifests.node();
        for (Probe probe : List.of(node.getStartupProbe(), node.getLivenessProbe(), node.getReadinessProbe())) {
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
        }
        for (NetworkPolicy policy : manifests.every(NetworkPolicy.class)) {
            assertThat(policy.getSpec().getIngress())
                    .flatExtracting(rule -> rule.getPorts().stream().map(port -> port.getPort().getStrVal()).toList())
                    .containsExactlyInAnyOrder("http", "peer");
        }
        assertThat(manifests.environmentOf("x")).containsEntry("SERVER_PORT", String.valueOf(ports.get("http")));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatIsMountedIsThereAndWhatIsThereIsMounted(String set) {
        Manifests manifests = Manifests.of(set);
        for (PodSpec pod : manifests.pods()) {
            Set<String> volumes = pod.getVolumes().stream().map(Volume::getName).collect(Collectors.toSet());
            if (pod.equals(manifests.nodePod())) {
                manifests.nodes().getSpec().getVolumeClaimTemplates().stream()
                        .map(PersistentVolumeClaim::getMetadata).forEach(metadata -> volumes.add(metadata.getName()));
            }
            List<VolumeMount> mounts = pod.getContainers().getFirst().getVolumeMounts();
            assertThat(mounts).extracting(VolumeMount::getName).containsExactlyInAnyOrderElementsOf(volumes);
            assertThat(mounts).extracting(VolumeMount::getMountPath).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatIsReferredToIsMadeHereOrByWhoWroteTheValues(String set) {
        Manifests manifests = Manifests.of(set);
        String values = Chart.text(Chart.valuesFile(set));
        List<String> made = manifests.every(Certificate.class).stream().map(one -> one.getSpec().getSecretName()).toList();
        assertThat(secrets(manifests)).allMatch(name -> made.contains(name) || values.contains(name));
        Map<String, Set<String>> maps = manifests.every(ConfigMap.class).stream()
                .collect(Collectors.toMap(map -> map.getMetadata().getName(), map -> map.getData().keySet()));
        for (PodSpec pod : manifests.pods()) {
            for (Volume volume : pod.getVolumes()) {
                if (volume.getConfigMap() != null) {
                    assertThat(maps.get(volume.getConfigMap().getName()))
                            .containsAll(volume.getConfigMap().getItems().stream().map(item -> item.getKey()).toList());
                }
            }
            for (EnvVar variable : pod.getContainers().getFirst().getEnv()) {
                if (variable.getValueFrom() != null && variable.getValueFrom().getConfigMapKeyRef() != null) {
                    var reference = variable.getValueFrom().getConfigMapKeyRef();
                    assertThat(maps.get(reference.getName())).contains(reference.getKey());
                }
            }
        }
        List<String> accounts = manifests.every(ServiceAccount.class).stream().map(one -> one.getMetadata().getName()).toList();
        String account = manifests.nodePod().getServiceAccountName();
        assertThat(accounts.isEmpty() ? account.equals("default") : accounts.contains(account)).isTrue();
    }

    private static Set<String> secrets(Manifests manifests) {
        Set<String> names = new HashSet<>();
        for (PodSpec pod : manifests.pods()) {
            pod.getVolumes().stream().filter(volume -> volume.getSecret() != null)
                    .forEach(volume -> names.add(volume.getSecret().getSecretName()));
            pod.getContainers().getFirst().getEnv().stream()
                    .filter(variable -> variable.getValueFrom() != null && variable.getValueFrom().getSecretKeyRef() != null)
                    .forEach(variable -> names.add(variable.getValueFrom().getSecretKeyRef().getName()));
            pod.getImagePullSecrets().forEach(secret -> names.add(secret.getName()));
        }
        return names;
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aNodeIsToldOfItselfWhatTheListTellsOfIt(String set) {
        Manifests manifests = Manifests.of(set);
        assertThat(manifests.nodes().getSpec().getServiceName()).isEqualTo(manifests.headless().getMetadata().getName());
        List<String> voters = List.of(manifests.settings().getData().getOrDefault("voters", "").split(","));
        assertThat(voters).hasSize(Math.min(3, manifests.nodes().getSpec().getReplicas()));
        for (int ordinal = 0; ordinal < voters.size(); ordinal++) {
            String pod = manifests.nodes().getMetadata().getName() + "-" + ordinal;
            Map<String, String> told = manifests.environmentOf(pod);
            assertThat(told).containsEntry("KV_NODE_ID", pod);
            assertThat(pod + "@" + told.get("KV_PEER_ADVERTISE") + "=" + told.get("KV_NODE_URL")).isEqualTo(voters.get(ordinal));
            assertThat(told.get("KV_PEER_ADVERTISE"))
                    .startsWith(pod + "." + manifests.headless().getMetadata().getName() + "." + Chart.NAMESPACE + ".svc.");
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whoAsksTheServiceAsksItWhereItIs(String set) {
        Manifests manifests = Manifests.of(set);
        String scheme = manifests.node().getReadinessProbe().getHttpGet().getScheme().toLowerCase(java.util.Locale.ROOT);
        String service = manifests.client().getMetadata().getName() + "." + Chart.NAMESPACE + ".svc.";
        int port = manifests.client().getSpec().getPorts().getFirst().getPort();
        List<String> urls = manifests.pods().stream()
                .flatMap(pod -> pod.getContainers().getFirst().getArgs().stream())
                .filter(argument -> argument.startsWith("--url="))
                .toList();
        assertThat(urls).hasSize(manifests.pods().size() - 1)
                .allMatch(url -> url.startsWith("--url=" + scheme + "://" + service) && url.endsWith(":" + port));
        assertThat(manifests.environmentOf("x").get("KV_NODE_URL")).startsWith(scheme + "://");
        assertThat(manifests.settings().getData().get("voters")).contains("=" + scheme + "://");
    }

    /** The service's own tests bind the golden renderings; so nothing may be set here that is in none of them. */
    @ParameterizedTest
    @MethodSource("sets")
    void whatNodesAreToldIsAmongWhatTheServiceIsAskedAbout(String set) {
        Set<String> asked = new HashSet<>(Set.of("KV_MEMORY_TOTAL", "JAVA_TOOL_OPTIONS", "kv.security.insecure"));
        for (String golden : List.of("three-nodes", "everything")) {
            asked.addAll(Manifests.of(golden).environmentOf("x").keySet());
            asked.addAll(Manifests.of(golden).settingsFile().keySet());
        }
        Map<?, ?> added = (Map<?, ?>) Chart.yaml(Chart.text(Chart.valuesFile(set))).getOrDefault("config", Map.of());
        Manifests manifests = Manifests.of(set);
        assertThat(manifests.settingsFile().keySet()).allMatch(name -> asked.contains(name) || added.containsKey(name));
        assertThat(manifests.environmentOf("x").keySet())
                .allMatch(name -> asked.contains(name) || Chart.text(Chart.valuesFile(set)).contains("name: " + name));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void theMonitorFindsOneServiceAndItsPort(String set) {
        Manifests manifests = Manifests.of(set);
        for (ServiceMonitor monitor : manifests.every(ServiceMonitor.class)) {
            Map<String, String> wanted = monitor.getSpec().getSelector().getMatchLabels();
            assertThat(manifests.every(Service.class))
                    .filteredOn(service -> service.getMetadata().getLabels().entrySet().containsAll(wanted.entrySet()))
                    .containsExactly(manifests.headless());
            var endpoint = monitor.getSpec().getEndpoints().getFirst();
            assertThat(manifests.headless().getSpec().getPorts()).extracting(ServicePort::getName).contains(endpoint.getPort());
            assertThat(endpoint.getPath()).isEqualTo("/actuator/prometheus");
            assertThat(manifests.environmentOf("x").get("KV_NODE_URL")).startsWith(endpoint.getScheme() + "://");
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aCertificateNamesEachNodeAndTheServiceInFull(String set) {
        Manifests manifests = Manifests.of(set);
        for (Certificate certificate : manifests.every(Certificate.class)) {
            List<String> names = certificate.getSpec().getDnsNames();
            String service = manifests.client().getMetadata().getName() + "." + Chart.NAMESPACE + ".svc.cluster.local";
            assertThat(names).contains(service).noneMatch(name -> name.contains("*"));
            for (int ordinal = 0; ordinal < manifests.nodes().getSpec().getReplicas(); ordinal++) {
                String pod = manifests.nodes().getMetadata().getName() + "-" + ordinal;
                String address = manifests.environmentOf(pod).getOrDefault("KV_PEER_ADVERTISE", ":");
                assertThat(names).contains(address.substring(0, address.indexOf(':')));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void everyContainerIsHeldShort(String set) {
        for (PodSpec pod : Manifests.of(set).pods()) {
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getContainers()).hasSize(1).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
                assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
            });
        }
    }
}
