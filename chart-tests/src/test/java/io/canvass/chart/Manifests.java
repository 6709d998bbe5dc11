package io.canvass.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Manifests as Kubernetes would decode them, only stricter: a field that its type does not have is refused (the API server drops
 * some silently), and so is a key that is there twice, a number for a string and a string for a number.
 *
 * @param all in the order of the text
 */
record Manifests(List<HasMetadata> all) {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("cert-manager.io/v1/Certificate", Certificate.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final JsonMapper STRICT = JsonMapper.builder()
            .annotationIntrospector(new NothingBesideTheFields())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private static final Map<String, Manifests> DECODED = new ConcurrentHashMap<>();

    /** The models keep what they do not know in a map. */
    private static final class NothingBesideTheFields extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }

    /** Decoded once; nobody changes it. */
    static Manifests of(String set) {
        return DECODED.computeIfAbsent(set, name -> decode(Chart.manifests(name)));
    }

    static Manifests of(String set, Map<String, String> more) {
        return decode(Chart.manifests(set, Chart.KUBERNETES, more));
    }

    /** @throws IllegalArgumentException if one is no manifest of its kind; says where */
    static Manifests decode(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<HasMetadata> decoded = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text)) {
            if (document instanceof Map<?, ?> map) {
                decoded.add(decode(map));
            }
        }
        return new Manifests(List.copyOf(decoded));
    }

    private static HasMetadata decode(Map<?, ?> document) {
        String kind = document.get("apiVersion") + "/" + document.get("kind");
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("The chart renders a " + kind + ", which this test does not know");
        }
        return STRICT.convertValue(document, type);
    }

    <T extends HasMetadata> List<T> every(Class<T> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> type) {
        List<T> found = every(type);
        if (found.size() != 1) {
            throw new AssertionError("There are " + found.size() + " of " + type.getSimpleName() + ", not 1");
        }
        return found.getFirst();
    }

    StatefulSet nodes() {
        return one(StatefulSet.class);
    }

    PodSpec nodePod() {
        return nodes().getSpec().getTemplate().getSpec();
    }

    Container node() {
        return nodePod().getContainers().getFirst();
    }

    Map<String, String> nodeLabels() {
        return nodes().getSpec().getTemplate().getMetadata().getLabels();
    }

    Service headless() {
        return service(true);
    }

    Service client() {
        return service(false);
    }

    private Service service(boolean headless) {
        return every(Service.class).stream()
                .filter(service -> "None".equals(service.getSpec().getClusterIP()) == headless)
                .findFirst()
                .orElseThrow();
    }

    ConfigMap settings() {
        return every(ConfigMap.class).stream()
                .filter(map -> map.getData().containsKey("voters"))
                .findFirst()
                .orElseThrow();
    }

    /** What the config map's file sets: names and values. */
    Map<String, Object> settingsFile() {
        Map<String, Object> settings = Chart.yaml(settings().getData().getOrDefault("application.yaml", ""));
        return settings == null ? Map.of() : settings;
    }

    /** Every pod that may run: the nodes', the preflight's, the test's. */
    List<PodSpec> pods() {
        return Stream.of(
                        Stream.of(nodePod()),
                        every(Job.class).stream().map(job -> job.getSpec().getTemplate().getSpec()),
                        every(Pod.class).stream().map(Pod::getSpec))
                .flatMap(pods -> pods)
                .toList();
    }

    /** What a node of this name is told by its environment, references replaced as the kubelet does it. */
    Map<String, String> environmentOf(String pod) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvVar variable : node().getEnv()) {
            environment.put(variable.getName(), value(variable, pod, environment));
        }
        return environment;
    }

    private String value(EnvVar variable, String pod, Map<String, String> before) {
        if (variable.getValue() != null) {
            String value = variable.getValue();
            for (Map.Entry<String, String> known : before.entrySet()) {
                value = value.replace("$(" + known.getKey() + ")", known.getValue());
            }
            return value;
        }
        if (variable.getValueFrom().getFieldRef() != null) {
            String path = variable.getValueFrom().getFieldRef().getFieldPath();
            if (!path.equals("metadata.name")) {
                throw new AssertionError(path + " is not known here");
            }
            return pod;
        }
        return settings().getData().getOrDefault(variable.getValueFrom().getConfigMapKeyRef().getKey(), "");
    }
}
