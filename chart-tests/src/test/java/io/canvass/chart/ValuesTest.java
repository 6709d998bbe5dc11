package io.canvass.chart;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Wrong values are refused, in words that name the value; right ones reach where they are meant to be. */
class ValuesTest {
    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("replicas", "0", "at '/replicas': minimum: got 0, want 1"),
                Arguments.of("replicas", "three", "at '/replicas': got string, want integer"),
                Arguments.of("replica", "3", "additional properties 'replica' not allowed"),
                Arguments.of("tls.enabeld", "true", "at '/tls': additional properties 'enabeld' not allowed"),
                Arguments.of("tls.source", "vault", "at '/tls/source': value must be one of 'secret', 'certManager', 'certManagerCsi'"),
                Arguments.of("antiAffinity", "soft", "at '/antiAffinity': value must be one of 'preferred', 'required', 'none'"),
                Arguments.of("persistence.size", "10 GB", "at '/persistence/size': '10 GB' does not match pattern"),
                Arguments.of("persistence.accessModes[0]", "ReadWriteMany", "at '/persistence/accessModes/0': value must be one of"),
                Arguments.of("persistence.retention.whenScaled", "Delete", "at '/persistence/retention/whenScaled'"),
                Arguments.of("image.digest", "abc", "at '/image/digest': 'abc' does not match pattern"),
                Arguments.of("image.repository", "canvass:1.0", "at '/image/repository': 'canvass:1.0' does not match pattern"),
                Arguments.of("ports.http", "80", "at '/ports/http': minimum: got 80, want 1,024"),
                Arguments.of("podDisruptionBudget.maxUnavailable", "2", "at '/podDisruptionBudget/maxUnavailable': value must be one of 0, 1"),
                Arguments.of("podSecurityContext.runAsUser", "0", "at '/podSecurityContext/runAsUser': minimum: got 0, want 1"),
                Arguments.of("podSecurityContext.runAsNonRoot", "false", "at '/podSecurityContext/runAsNonRoot': value must be true"),
                Arguments.of("preStopSleepSeconds", "60", "at '/preStopSleepSeconds': maximum: got 60, want 15"),
                Arguments.of("fullnameOverride", "My_Store", "at '/fullnameOverride': 'My_Store' does not match pattern"),
                Arguments.of("config.colour", "red", "invalid propertyName 'colour'"),
                Arguments.of("service.type", "ExternalName", "at '/service/type': value must be one of"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void theSchemaNamesTheValueThatIsWrong(String path, String value, String words) {
        assertThatThrownBy(() -> Chart.manifests("three-nodes", Chart.KUBERNETES, Map.of(path, value))).hasMessageContaining(words);
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                Arguments.of("three-nodes", Map.of("auth.adminToken.existingSecret", ""),
                        "auth: nobody could be let in. Make a Secret with the first administrator's token and name it"),
                Arguments.of("three-nodes", Map.of("auth.insecure", "true"), "Set one of the two."),
                Arguments.of("three-nodes", Map.of("tls.enabled", "true"), "tls.existingSecret names none."),
                Arguments.of("three-nodes", Map.of("tls.enabled", "true", "tls.source", "certManager"),
                        "tls.certManager.issuerRef.name names no issuer."),
                Arguments.of("tls-by-secret", Map.of("tls.client", "false", "tls.peer", "false"), "Turn on at least one"),
                Arguments.of("three-nodes", Map.of("ports.peer", "8080"), "ports: http and peer are both 8080."),
                Arguments.of("three-nodes", Map.of("config.server\\.port", "9999"), "config: server.port is set by the chart itself"),
                Arguments.of("three-nodes", Map.of("config.kv\\.cluster\\.voters", "a@b:1"), "config: kv.cluster.voters is set by the chart"),
                Arguments.of("cert-manager-csi", Map.of("monitoring.serviceMonitor.caSecret.name", ""), "name it in monitoring"));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void whatNoSchemaCanSayIsSaidByTheChart(String set, Map<String, String> more, String words) {
        assertThatThrownBy(() -> Chart.manifests(set, Chart.KUBERNETES, more))
                .hasMessageContaining(words).hasMessageContaining("Nothing was");
    }

    @Test
    void aKubernetesThatIsTooOldIsRefused() {
        assertThatThrownBy(() -> Chart.manifests("three-nodes", "1.26.9", Map.of())).hasMessageContaining("1.27.0");
        assertThatCode(() -> Chart.manifests("three-nodes", "1.27.0", Map.of())).doesNotThrowAnyException();
    }

    /** Helm makes floats of numbers in files, and prints large ones as 2e+06, which is no number of revisions. */
    @Test
    void largeNumbersStayNumbers() {
        assertThat(Manifests.of("extras").settingsFile())
                .containsEntry("kv.history.max-revisions", "2000000")
                .containsEntry("kv.read.lease.enabled", "true")
                .containsEntry("kv.raft.election-timeout", "2s");
        assertThat(OperationsTest.preflight("three-nodes", Map.of("preflight.maxLag", "5000000"))).contains("--max-lag=5000000");
    }

    @Test
    void whatIsAddedIsThere() {
        Manifests manifests = Manifests.of("extras");
        assertThat(manifests.nodes().getMetadata().getName()).isEqualTo("orders");
        assertThat(manifests.nodeLabels()).containsEntry("team", "stores").containsEntry("example.net/cost", "42");
        assertThat(manifests.node().getEnv()).anyMatch(variable -> variable.getName().equals("LOGGING_LEVEL_IO_CANVASS"));
        assertThat(manifests.node().getEnvFrom()).hasSize(1);
        assertThat(manifests.nodePod().getPriorityClassName()).isEqualTo("stores");
        assertThat(manifests.nodePod().getTolerations()).hasSize(1);
        assertThat(manifests.nodes().getSpec().getVolumeClaimTemplates().getFirst().getSpec().getStorageClassName()).isEqualTo("fast");
        assertThat(manifests.settings().getData().get("voters")).contains("orders-0.orders-headless.stores.svc.example.internal:9080");
        assertThat(Manifests.of("canary").node().getImage()).startsWith("registry.example.net:5000/stores/canvass@sha256:0123");
    }

    @Test
    void notesSayWhatIsToBeKnown() {
        assertThat(Chart.notes("single-node", Chart.KUBERNETES, Map.of())).contains("1 node,", "WARNING: auth.insecure=true");
        assertThat(Chart.notes("three-nodes", Chart.KUBERNETES, Map.of())).doesNotContain("WARNING");
        assertThat(Chart.notes("three-nodes", Chart.KUBERNETES, Map.of("replicas", "4"))).contains("4 nodes survive no more failures than 3");
        assertThat(Chart.notes("tls-by-secret", Chart.KUBERNETES, Map.of()))
                .contains("kubectl get secret canvass-certificates -n stores", "--cacert ca.crt", "https://kv-canvass.stores.svc:8080/v1/kv/app/color")
                .doesNotContain("http://");
    }
}
