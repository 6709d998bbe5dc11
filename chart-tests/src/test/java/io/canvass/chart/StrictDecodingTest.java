package io.canvass.chart;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The ruler is measured first: what is wrong is found. */
class StrictDecodingTest {
    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      ";

    @Test
    void whatIsRightPasses() {
        assertThat(Manifests.decode(POD + "env: [{name: A, value: \"1\"}]\n").all()).hasSize(1);
        assertThat(Manifests.decode(POD + "resources: {limits: {cpu: 1, memory: 1Gi}}\n").all()).hasSize(1);
    }

    @Test
    void aFieldThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> Manifests.decode(POD + "readynessProbe: {}\n")).hasMessageContaining("readynessProbe");
        assertThatThrownBy(() -> Manifests.decode("apiVersion: v1\nkind: Pod\nspec: {}\nreplicas: 3\n")).hasMessageContaining("replicas");
    }

    @Test
    void aNumberForAStringIsRefused() {
        assertThatThrownBy(() -> Manifests.decode(POD + "env: [{name: A, value: 1}]\n")).hasMessageContaining("String");
        assertThatThrownBy(() -> Manifests.decode(POD + "env: [{name: A, value: on}]\n")).as("YAML 1.1").hasMessageContaining("String");
        assertThatThrownBy(() -> Manifests.decode("apiVersion: v1\nkind: ConfigMap\ndata: {a: 1}\n")).hasMessageContaining("String");
    }

    @Test
    void aStringForANumberIsRefused() {
        assertThatThrownBy(() -> Manifests.decode(POD + "ports: [{containerPort: \"8080\"}]\n")).hasMessageContaining("Integer");
    }

    @Test
    void aKeyThatIsThereTwiceIsRefused() {
        assertThatThrownBy(() -> Manifests.decode(POD + "image: a\n      image: b\n")).hasMessageContaining("duplicate key image");
    }

    @Test
    void aKindThatNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> Manifests.decode("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"))
                .hasMessageContaining("autoscaling/v2/HorizontalPodAutoscaler");
    }

    @Test
    void fieldsOfDefinitionsAreKnownToo() {
        assertThatThrownBy(() -> Manifests.decode("apiVersion: cert-manager.io/v1\nkind: Certificate\nspec: {secret: a}\n"))
                .hasMessageContaining("secret");
        assertThatThrownBy(() -> Manifests.decode("apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nspec: {endpoint: []}\n"))
                .hasMessageContaining("endpoint");
    }
}
