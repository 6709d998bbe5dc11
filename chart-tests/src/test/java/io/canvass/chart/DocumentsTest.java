package io.canvass.chart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** What is written beside the chart fits it. */
class DocumentsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| .+ \\| `([^`]*)` \\|$");
    private static final Pattern SET = Pattern.compile("--set ([A-Za-z.\\\\-]+)=(\"[^\"]*\"|[^ \\\\\\n)`]+)");
    private static final Path GUIDE = Path.of("docs", "helm.md");

    @Test
    void theReadmeHasEachValueWithItsDefaultAndNoOther() throws JsonProcessingException {
        Map<String, String> documented = new TreeMap<>();
        ROW.matcher(Chart.text(Chart.source().resolve("README.md"))).results()
                .forEach(row -> documented.put(row.group(1), row.group(2)));
        Map<String, String> defaults = new TreeMap<>();
        flatten("", Chart.yaml(Chart.text(Chart.source().resolve("values.yaml"))), defaults);
        assertThat(documented).isEqualTo(defaults);
    }

    @SuppressWarnings("unchecked")
    private static void flatten(String prefix, Map<String, Object> values, Map<String, String> into) throws JsonProcessingException {
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            String path = prefix + entry.getKey();
            if (entry.getValue() instanceof Map<?, ?> map && !map.isEmpty()) {
                flatten(path + ".", (Map<String, Object>) map, into);
            } else {
                into.put(path, new ObjectMapper().writeValueAsString(entry.getValue()));
            }
        }
    }

    static List<Path> pages() {
        return List.of(GUIDE, Path.of("helm/canvass/README.md"));
    }

    /** Also the schema has to let them pass: each is set, alone, on what it may be set on. */
    @ParameterizedTest
    @MethodSource("pages")
    void whatThePagesSetCanBeSet(Path page) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (MatchResult match : SET.matcher(Chart.text(Chart.repository().resolve(page))).results().toList()) {
            settings.put(match.group(1), match.group(2).replace("\"", ""));
        }
        assertThat(settings).isNotEmpty();
        settings.forEach((path, value) -> assertThatCode(() -> render(path, value)).as("%s=%s", path, value).doesNotThrowAnyException());
    }

    private static void render(String path, String value) {
        String set = path.equals("auth.insecure") ? "bare" : path.startsWith("tls.") ? "cert-manager" : "three-nodes";
        assertThat(Chart.manifests(set, Chart.KUBERNETES, Map.of(path, value))).isNotEmpty();
    }

    @Test
    void linksLeadSomewhere() {
        for (Path page : pages()) {
            Path file = Chart.repository().resolve(page);
            Pattern.compile("]\\((?!http)([^)#]+)[^)]*\\)").matcher(Chart.text(file)).results().forEach(link ->
                    assertThat(Files.exists(file.resolveSibling(link.group(1)))).as("%s in %s", link.group(1), page).isTrue());
        }
    }

    /** Helm reads nothing outside of a chart: what others keep at the root is copied into it. */
    @Test
    void alertsAndDashboardAreThoseOfTheRepository() {
        for (String file : List.of("alerts.yaml", "dashboard.json")) {
            assertThat(Chart.source().resolve("files").resolve(file))
                    .as("cp monitoring/%s helm/canvass/files/", file)
                    .hasSameTextualContentAs(Chart.repository().resolve("monitoring").resolve(file));
        }
    }

    @Test
    void theImageRunsAsTheUserOfTheChartAndKeepsItsDataWhereTheChartHasIt() {
        String image = Chart.text(Chart.repository().resolve("Dockerfile"));
        var security = Manifests.of("three-nodes").nodePod().getSecurityContext();
        assertThat(image).contains("USER " + security.getRunAsUser() + ":" + security.getRunAsGroup(), "VOLUME /data", "/kvctl");
        assertThat(image).containsPattern("KV_MEMORY_TOTAL=[1-9][0-9]%");
    }
}
