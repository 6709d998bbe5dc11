package io.canvass.kv.config;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.canvass.raft.core.Configuration.Member;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What the Helm chart tells a node, as the chart's tests have it rendered, is understood by the service. */
class ChartSettingsTest {
    private static final Path RENDERED = Path.of("..", "chart-tests", "src", "test", "resources", "golden");
    /** Names of the tools, and one of the JVM. */
    private static final Set<String> NO_SETTINGS = Set.of("KVCTL_URL", "KVCTL_CA", "KVCTL_TOKEN_FILE", "JAVA_TOOL_OPTIONS");

    @ParameterizedTest
    @ValueSource(strings = {"three-nodes", "everything"})
    void eachNameInFileAndEnvironmentIsASetting(String rendering) throws IOException {
        Rendered rendered = Rendered.of(rendering);
        Set<String> settings = new TreeSet<>(kvSettings("kv", KvProperties.class));
        settings.addAll(springSettings());
        Set<String> variables = new TreeSet<>();
        settings.forEach(name -> variables.add(variable(name)));
        assertThat(rendered.file().keySet())
                .allMatch(name -> settings.contains(name) || name.startsWith("spring.ssl.bundle.pem.canvass."));
        assertThat(rendered.environment("kv-canvass-0").keySet())
                .allMatch(name -> NO_SETTINGS.contains(name) || variables.contains(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"three-nodes", "everything"})
    void theFirstPodsFormOneClusterOfThreeAndTheOthersJoinIt(String rendering) throws IOException {
        List<ClusterPlan> plans = new ArrayList<>();
        for (int ordinal = 0; ordinal < 5; ordinal++) {
            plans.add(plan(Rendered.of(rendering), "kv-canvass-" + ordinal));
        }
        String scheme = rendering.equals("everything") ? "https" : "http";
        for (int ordinal = 0; ordinal < plans.size(); ordinal++) {
            ClusterPlan plan = plans.get(ordinal);
            assertThat(plan.nodeId()).isEqualTo("kv-canvass-" + ordinal);
            assertThat(plan.isListed()).isEqualTo(ordinal < 3);
            assertThat(plan.bootstrap().voters()).extracting(Member::address)
                    .containsExactly(host(0) + ":9080", host(1) + ":9080", host(2) + ":9080");
            assertThat(plan.clusterId()).isEqualTo(plans.getFirst().clusterId());
            assertThat(plan.bindHost()).isEqualTo("0.0.0.0");
            assertThat(plan.bindPort()).isEqualTo(9080);
            assertThat(plan.address()).isEqualTo(host(ordinal) + ":9080");
            assertThat(plan.url()).isEqualTo(scheme + "://" + host(ordinal) + ":8080");
        }
    }

    private static String host(int ordinal) {
        return "kv-canvass-" + ordinal + ".kv-canvass-headless.stores.svc.cluster.local";
    }

    private static ClusterPlan plan(Rendered rendered, String pod) {
        List<ClusterPlan> plan = new ArrayList<>();
        new ApplicationContextRunner()
                .withUserConfiguration(ConfigConfiguration.class)
                .withInitializer(context -> {
                    var sources = context.getEnvironment().getPropertySources();
                    sources.replace(
                            "systemEnvironment",
                            new SystemEnvironmentPropertySource("systemEnvironment", new LinkedHashMap<>(rendered.environment(pod))));
                    sources.addLast(new MapPropertySource("application.yaml of the chart", rendered.file()));
                })
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(KvProperties.class).dataDir()).isEqualTo("/data/node");
                    plan.add(context.getBean(ClusterPlan.class));
                });
        return plan.getFirst();
    }

    /** As the operating system would have it: letters, digits and underscores. */
    private static String variable(String setting) {
        return setting.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    private static Set<String> kvSettings(String prefix, Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                names.addAll(kvSettings(name, component.getType()));
            } else {
                names.add(name);
            }
        }
        return names;
    }

    private static Set<String> springSettings() throws IOException {
        Set<String> names = new TreeSet<>();
        for (URL metadata : Collections.list(
                ChartSettingsTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = metadata.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                    names.add(property.path("name").asString());
                }
            }
        }
        names.addAll(Set.of("spring.config.additional-location"));
        return names;
    }

    /** @param voters what the config map holds beside the file */
    private record Rendered(Map<String, Object> file, String voters, List<Map<String, Object>> variables) {
        static Rendered of(String name) throws IOException {
            Map<String, Map<String, Object>> manifests = new TreeMap<>();
            for (Object document : new Yaml().loadAll(Files.readString(RENDERED.resolve(name + ".yaml")))) {
                Map<String, Object> manifest = map(document);
                manifests.put(text(manifest, "kind") + "/" + text(child(manifest, "metadata"), "name"), manifest);
            }
            Map<String, Object> data = child(manifests.getOrDefault("ConfigMap/kv-canvass", Map.of()), "data");
            Map<String, Object> set = child(manifests.getOrDefault("StatefulSet/kv-canvass", Map.of()), "spec");
            Map<String, Object> pod = child(child(set, "template"), "spec");
            List<Map<String, Object>> variables = new ArrayList<>();
            Map<String, Object> container = map(((List<?>) pod.getOrDefault("containers", List.of())).getFirst());
            ((List<?>) container.getOrDefault("env", List.of())).forEach(variable -> variables.add(map(variable)));
            return new Rendered(map(new Yaml().load(text(data, "application.yaml"))), text(data, "voters"), variables);
        }

        private static Map<String, Object> child(Map<String, Object> parent, String key) {
            return map(parent.getOrDefault(key, Map.of()));
        }

        private static String text(Map<String, Object> parent, String key) {
            return parent.getOrDefault(key, "").toString();
        }

        @SuppressWarnings("unchecked")
        private static Map<String, Object> map(Object yaml) {
            return (Map<String, Object>) yaml;
        }

        /** References to earlier ones are replaced, as a kubelet does it. */
        Map<String, String> environment(String pod) {
            Map<String, String> environment = new LinkedHashMap<>();
            for (Map<String, Object> variable : variables) {
                String name = text(variable, "name");
                String value = variable.containsKey("value") ? text(variable, "value") : name.equals("KV_NODE_ID") ? pod : voters;
                for (Map.Entry<String, String> known : environment.entrySet()) {
                    value = value.replace("$(" + known.getKey() + ")", known.getValue());
                }
                environment.put(name, value);
            }
            return environment;
        }
    }
}
