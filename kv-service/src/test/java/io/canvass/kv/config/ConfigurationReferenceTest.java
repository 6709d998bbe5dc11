package io.canvass.kv.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/configuration.md} is made of the settings' own metadata and bounds. {@code -Dcanvass.reference.write=true} writes it
 * anew.
 */
class ConfigurationReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final Pattern NAMED = Pattern.compile("`(kv\\.[a-z0-9.-]+)`");

    /** One setting as it is described. */
    private record Setting(String name, String type, String meaning, String fallback, String range) {
        String group() {
            return name.substring(0, name.lastIndexOf('.'));
        }

        String row() {
            return "| `" + name + "` | " + meaning + " | " + type + range + " | " + fallback + " |";
        }
    }

    @Test
    void theReferenceIsThatOfTheSettings() throws IOException {
        String made = page(settings());
        if (Boolean.getBoolean("canvass.reference.write")) {
            Files.writeString(PAGE, made);
        }
        assertThat(PAGE).as("docs/configuration.md; -Dcanvass.reference.write=true writes it").hasContent(made);
    }

    @Test
    void everySettingSaysWhatItMeans() {
        assertThat(settings()).hasSizeGreaterThan(60).allSatisfy(setting -> {
            assertThat(setting.meaning()).as(setting.name()).hasSizeGreaterThan(10);
            assertThat(setting.type()).as(setting.name()).isNotBlank();
        });
    }

    /** The README shows the settings that are reached for first; it may name none that is not there. */
    @Test
    void whatTheReadmeNamesIsASetting() throws IOException {
        Set<String> known = new LinkedHashSet<>();
        settings().forEach(setting -> {
            known.add(setting.name());
            for (String group = setting.group(); group.contains("."); group = group.substring(0, group.lastIndexOf('.'))) {
                known.add(group);
            }
        });
        String readme = Files.readString(Path.of("..", "README.md"));
        List<String> named = NAMED.matcher(readme).results().map(found -> found.group(1)).toList();
        assertThat(named).hasSizeGreaterThan(15).isSubsetOf(known);
    }

    private static List<Setting> settings() {
        try (InputStream metadata =
                KvProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(metadata).as("the metadata of the settings").isNotNull();
            List<Setting> settings = new ArrayList<>();
            for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
                settings.add(setting(property));
            }
            settings.sort(Comparator.comparing(Setting::group).thenComparing(Setting::name));
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Setting setting(JsonNode property) {
        String name = property.path("name").asString();
        String source = property.path("sourceType").asString();
        return new Setting(
                name,
                type(property.path("type").asString()),
                property.path("description").asString().replace("|", "\\|"),
                fallback(property.path("defaultValue")),
                range(source, name.substring(name.lastIndexOf('.') + 1)));
    }

    private static String type(String name) {
        return switch (name) {
            case "java.time.Duration" -> "duration";
            case "org.springframework.util.unit.DataSize" -> "size";
            case "java.lang.Boolean" -> "`true` or `false`";
            case "java.lang.Integer", "java.lang.Long", "java.lang.Short" -> "number";
            case "java.lang.String" -> "text";
            case "java.util.UUID" -> "UUID";
            default -> {
                if (name.startsWith("java.util.List") || name.startsWith("java.util.Set")) {
                    yield "list";
                }
                yield name.startsWith("java.util.Map") ? "map" : choices(name);
            }
        };
    }

    private static String choices(String type) {
        try {
            Object[] constants = Class.forName(type).getEnumConstants();
            assertThat(constants).as("the values of %s", type).isNotNull();
            return Arrays.stream(constants)
                    .map(constant -> "`" + constant.toString().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
                    .reduce((some, next) -> some + ", " + next)
                    .orElseThrow();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(type, e);
        }
    }

    private static String fallback(JsonNode value) {
        String text = value.isArray()
                ? value.valueStream().map(JsonNode::asString).reduce((some, next) -> some + "," + next).orElse("")
                : value.isMissingNode() ? "" : value.asString();
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    // ---- bounds, as the annotations of a record's components say them

    private static String range(String source, String name) {
        try {
            Class<?> type = Class.forName(source);
            return Arrays.stream(type.getDeclaredFields())
                    .filter(field -> dashed(field.getName()).equals(name))
                    .findFirst()
                    .map(field -> range(
                            field.getAnnotation(DurationMin.class),
                            field.getAnnotation(DurationMax.class),
                            field.getAnnotation(Min.class),
                            field.getAnnotation(Max.class),
                            field.getAnnotation(DataSizeBetween.class)))
                    .orElse("");
        } catch (ClassNotFoundException e) {
            throw new AssertionError(source, e);
        }
    }

    private static String range(
            @Nullable DurationMin durationMin,
            @Nullable DurationMax durationMax,
            @Nullable Min min,
            @Nullable Max max,
            @Nullable DataSizeBetween size) {
        String low = durationMin != null ? duration(durationMin) : min != null ? String.valueOf(min.value()) : "";
        String high = durationMax != null ? duration(durationMax) : max != null ? String.valueOf(max.value()) : "";
        if (size != null) {
            low = size.min();
            high = size.max();
        }
        return low.isEmpty() && high.isEmpty() ? "" : high.isEmpty() ? ", from " + low : ", " + low + " to " + high;
    }

    private static String duration(DurationMin bound) {
        return shown(Duration.ofDays(bound.days())
                .plusHours(bound.hours())
                .plusMinutes(bound.minutes())
                .plusSeconds(bound.seconds())
                .plusMillis(bound.millis())
                .plusNanos(bound.nanos()));
    }

    private static String duration(DurationMax bound) {
        return shown(Duration.ofDays(bound.days())
                .plusHours(bound.hours())
                .plusMinutes(bound.minutes())
                .plusSeconds(bound.seconds())
                .plusMillis(bound.millis())
                .plusNanos(bound.nanos()));
    }

    private static String shown(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        if (duration.toMillis() % 1000 != 0) {
            return DurationStyle.SIMPLE.print(duration, ChronoUnit.MILLIS);
        }
        return duration.toSeconds() % 3600 == 0 ? duration.toHours() + "h" : duration.toSeconds() + "s";
    }

    private static String dashed(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String page(List<Setting> settings) {
        StringBuilder page = new StringBuilder("""
                # Settings

                All of them, made of the service's own metadata by `ConfigurationReferenceTest`. A value beyond its range, two that contradict
                each other and a name that does not exist stop the start with a sentence that says which, and what to do.

                They are set as in every Spring Boot service: `--kv.node.id=kv-2` on the command line, `KV_NODE_ID=kv-2` in the environment (dots
                become underscores, dashes go), or in an `application.yaml` beside the jar. Durations are `100ms`, `10s`, `5m`, `24h`; sizes
                `64KB`, `16MB`, `1GB`, in powers of 1024.

                `server.port`, `server.ssl.*`, `management.*` and `logging.*` are Spring Boot's own; what this service gives them is in
                `application.yaml` of the jar.
                """);
        String group = "";
        for (Setting setting : settings) {
            if (!setting.group().equals(group)) {
                group = setting.group();
                page.append("\n## ").append(group).append("\n\n| property | meaning | value | default |\n|---|---|---|---|\n");
            }
            page.append(setting.row()).append('\n');
        }
        return page.toString();
    }
}
