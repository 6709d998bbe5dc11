package io.canvass.kv.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** docs/monitoring.md, monitoring/alerts.yaml and monitoring/dashboard.json against what real nodes show. */
@Timeout(300)
class MonitoringTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path ROOT = root();
    /** Put there by whoever scrapes, not by the node. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance", "namespace", "pod", "le");
    /** In files of ours, not shown by a node without TLS. */
    private static final Set<String> ONLY_WITH_TLS = Set.of("kv_tls_certificate_expiry_days");

    private static final Pattern ROW = Pattern.compile("^\\| `(kv_[a-z0-9_]+|http_server_requests_[a-z_]+)` \\|.*");
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:kv|http|jvm|process)_[a-z0-9_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|without|ignoring)\\s*\\(([^)]*)\\)");

    @TempDir
    private static Path directory;

    private static Scrape scrape = Scrape.of();
    private static String elections = "";
    private static String info = "";

    @BeforeAll
    static void startAndScrape() throws Exception {
        try (TwoNodes nodes = new TwoNodes(directory)) {
            for (int i = 0; i < 2; i++) {
                int node = i;
                // A machine that stands still for an election timeout costs them their leader; what they count stays.
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(nodes.put(node, "/v1/kv/key", "value").statusCode()).isBetween(200, 299);
                    assertThat(nodes.get(node, "/v1/kv/key").statusCode()).isEqualTo(200);
                });
            }
            String first = nodes.get(0, "/actuator/prometheus").body();
            String second = nodes.get(1, "/actuator/prometheus").body();
            elections = nodes.get(0, "/actuator/raft/elections").body();
            info = nodes.get(0, "/actuator/info").body();
            nodes.stop(1);
            assertThat(nodes.put(0, "/v1/kv/key", "value").statusCode()).isGreaterThanOrEqualTo(500);
            scrape = Scrape.of(first, second, nodes.get(0, "/actuator/prometheus").body());
        }
    }

    @AfterAll
    static void forget() {
        scrape = Scrape.of();
        elections = "";
        info = "";
    }

    @Test
    void thePageListsEveryMetricOfOursAndNoneThatIsNotThere() throws Exception {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/monitoring.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(listed.add(row.group(1))).as("%s is listed once", row.group(1)).isTrue();
            }
        }
        listed.removeAll(ONLY_WITH_TLS);
        Set<String> shown = new TreeSet<>();
        for (String family : scrape.families()) {
            if (family.startsWith("kv_") || family.startsWith("http_server_requests_seconds")) {
                shown.add(family);
            }
        }
        // The longest time of each timer has a family of its own; the page says so once.
        shown.removeIf(family -> family.endsWith("_max"));
        assertThat(listed).isEqualTo(shown);
    }

    @Test
    void aNodeTellsItsElectionsInWordsAndInParts() {
        JsonNode last = JsonMapper.shared().readTree(elections).path("elections").path(0);
        String leader = last.path("leader").asString();
        assertThat(last.path("story").asString())
                .startsWith("Election " + last.path("number").asLong() + " as kv-")
                .matches(".*(follows " + leader + ", the leader of|" + leader + " leads) epoch "
                        + last.path("epoch").asLong() + "\\.");
        assertThat(last.path("over").asBoolean()).isTrue();
        assertThat(last.path("epoch").asLong()).isPositive();
        assertThat(leader).isIn("kv-1", "kv-2");
        assertThat(last.path("steps")).isNotEmpty();
        assertThat(info).contains("\"version\":\"", "\"commit\":\"", "\"protocol\":{");
    }

    @Test
    void everyOtherFamilyIsOfAKindThatThePageNames() throws Exception {
        String page = Files.readString(ROOT.resolve("docs/monitoring.md"));
        for (String family : scrape.families()) {
            if (!family.startsWith("kv_") && !family.startsWith("http_server_requests_seconds")) {
                String prefix = family.substring(0, family.indexOf('_') + 1);
                assertThat(page).as("the page on %s", family).contains("`" + prefix + "*`");
            }
        }
    }

    @Test
    void theTagsOfRequestsAreBoundedByTheRoutes() {
        assertThat(scrape.labelsOf("http_server_requests_seconds_count").get("uri"))
                .contains("/v1/kv/{key}")
                .noneMatch(uri -> uri.contains("/v1/kv/key"));
    }

    @Test
    void everyAlertAsksForWhatANodeShows() throws Exception {
        assertThat(rules()).hasSizeGreaterThan(20);
        rules().forEach(rule -> assertShown(String.valueOf(rule.get("expr")), String.valueOf(rule.get("alert"))));
    }

    @Test
    void everyAlertSaysWhatIsWrongHowBadItIsAndWhichSectionHelps() throws Exception {
        String runbooks = Files.readString(ROOT.resolve("docs/runbooks/alerts.md"));
        for (Map<String, Object> rule : rules()) {
            String alert = String.valueOf(rule.get("alert"));
            Map<?, ?> annotations = (Map<?, ?>) rule.getOrDefault("annotations", Map.of());
            assertThat(annotations.get("summary")).as("summary of %s", alert).asString().isNotBlank();
            assertThat(annotations.get("runbook_url"))
                    .as("runbook of %s", alert)
                    .isEqualTo("docs/runbooks/alerts.md#" + alert.toLowerCase(Locale.ROOT));
            assertThat(runbooks).contains("\n## " + alert + "\n");
            Map<?, ?> labels = (Map<?, ?>) rule.getOrDefault("labels", Map.of());
            assertThat(labels.get("severity")).as("severity of %s", alert).asString().isIn("critical", "warning");
        }
        long sections = runbooks.lines().filter(line -> line.startsWith("## Canvass")).count();
        assertThat(sections).isEqualTo(rules().size());
    }

    @Test
    void everyPanelAsksForWhatANodeShows() throws Exception {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(ROOT.resolve("monitoring/dashboard.json")));
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(target.path("expr").asString());
                assertShown(target.path("expr").asString(), panel.path("title").asString());
            }
        }
        assertThat(expressions).hasSizeGreaterThan(20);
    }

    /** Every name, every label, and every value that is compared for equality. */
    private static void assertShown(String expression, String where) {
        Set<String> names = new TreeSet<>();
        Set<String> known = new TreeSet<>(OF_PROMETHEUS);
        Matcher selector = SELECTOR.matcher(expression);
        while (selector.find()) {
            String name = selector.group(1);
            if (ONLY_WITH_TLS.contains(name)) {
                names.add(name);
                continue;
            }
            assertThat(scrape.series()).as("%s: %s", where, expression).contains(name);
            names.add(name);
            Map<String, Set<String>> labels = scrape.labelsOf(name);
            known.addAll(labels.keySet());
            assertMatchers(selector.group(2) == null ? "" : selector.group(2), labels, where);
        }
        assertThat(names).as("%s: %s", where, expression).isNotEmpty();
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            for (String label : grouping.group(1).split(",", -1)) {
                assertThat(known).as("%s: labels of %s", where, expression).contains(label.strip());
            }
        }
    }

    private static void assertMatchers(String text, Map<String, Set<String>> labels, String where) {
        Matcher matcher = MATCHER.matcher(text);
        while (matcher.find()) {
            String label = matcher.group(1);
            if (OF_PROMETHEUS.contains(label) && !label.equals("le")) {
                continue;
            }
            assertThat(labels).as("%s: labels", where).containsKey(label);
            if (matcher.group(2).equals("=")) {
                assertThat(labels.get(label)).as("%s: values of %s", where, label).contains(matcher.group(3));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rules() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(ROOT.resolve("monitoring/alerts.yaml")));
        return ((List<Map<String, Object>>) file.getOrDefault("groups", List.of()))
                .stream()
                        .flatMap(group -> (Stream<Map<String, Object>>) ((List<?>) group.get("rules")).stream())
                        .toList();
    }

    /** Tests run in the module's directory, or in the repository's. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        Path above = here.getParent();
        return above != null && Files.exists(above.resolve("monitoring")) ? above : here;
    }
}
