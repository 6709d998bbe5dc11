package io.canvass.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import org.yaml.snakeyaml.Yaml;

/**
 * The chart, and what the Helm engine makes of it. The engine's library leaves hooks out of what it renders; so a copy is
 * rendered whose hooks are ordinary manifests with another annotation, and the annotation is named rightly afterwards. A copy
 * also takes values of its own, for the linter looks at a chart's own values only.
 */
final class Chart {
    static final String RELEASE = "kv";
    static final String NAMESPACE = "stores";
    static final String KUBERNETES = "1.34.0";
    /** The nodes, the services, the config map: all that belongs to the release is called so. */
    static final String NAME = "kv-canvass";

    private static final String HOOK = "helm.sh/hook:";
    private static final String HOOK_IN_COPY = "hook.in.copy/hook:";
    private static final Path TEMPLATES = Path.of("templates");
    private static final Map<String, String> RENDERED = new ConcurrentHashMap<>();

    private Chart() {}

    static Path repository() {
        Path module = Path.of("").toAbsolutePath();
        return Files.exists(module.resolve("helm")) ? module : module.resolveSibling("");
    }

    static Path source() {
        return repository().resolve("helm").resolve("canvass");
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path valuesFile(String set) {
        return resources().resolve("values").resolve(set + ".yaml");
    }

    static Path resources() {
        return repository().resolve("chart-tests/src/test/resources");
    }

    /** The names of all sets of values that there are. */
    static List<String> valueSets() {
        try (Stream<Path> files = Files.list(resources().resolve("values"))) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", "")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All manifests, hooks among them, as text. Rendered once. */
    static String manifests(String set) {
        return RENDERED.computeIfAbsent(set, _ -> manifests(set, KUBERNETES, Map.of()));
    }

    /**
     * @param more paths and values as behind {@code --set}
     * @throws IllegalStateException with the engine's words, if it refuses
     */
    static String manifests(String set, String kubernetes, Map<String, String> more) {
        var command = new Helm(copy("rendered"))
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(kubernetes)
                .withValuesFile(valuesFile(set));
        more.forEach(command::set);
        return command.call().replace(HOOK_IN_COPY, HOOK);
    }

    static String notes(String set, String kubernetes, Map<String, String> more) {
        var command = new Helm(source())
                .install()
                .clientOnly()
                .dryRun()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(kubernetes)
                .withValuesFile(valuesFile(set));
        more.forEach(command::set);
        String output = command.call().getOutput();
        return output.substring(output.indexOf("NOTES:") + "NOTES:".length()).strip();
    }

    /** As {@code helm lint --strict -f} the set. */
    static LintResult lint(String set) {
        Path copy = copy("linted-" + set);
        Map<String, Object> merged = yaml(text(source().resolve("values.yaml")));
        merge(merged, yaml(text(valuesFile(set))));
        write(copy.resolve("values.yaml"), new Yaml().dump(merged));
        return new Helm(copy).lint().strict().call();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> yaml(String text) {
        return (Map<String, Object>) new Yaml().load(text);
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> base, Map<String, Object> over) {
        over.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map && base.get(key) instanceof Map<?, ?> old) {
                merge((Map<String, Object>) old, (Map<String, Object>) map);
            } else {
                base.put(key, value);
            }
        });
    }

    private static Path copy(String name) {
        Path target = repository().resolve("chart-tests/target/charts").resolve(name);
        try (Stream<Path> files = Files.walk(source())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path relative = source().relativize(file);
                boolean template = relative.startsWith(TEMPLATES) || relative.getFileName().toString().endsWith(".tpl");
                String text = text(file);
                write(target.resolve(relative.toString()), template ? text.replace(HOOK, HOOK_IN_COPY) : text);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
