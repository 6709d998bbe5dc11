package io.canvass.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * docs/conformance.md names only what exists, leaves no number out and counts right. That a test shows what its row says is for
 * readers to judge.
 */
class ConformanceTest {
    private static final Path PAGE = Path.of("../docs/conformance.md");
    private static final Path SCRIPTS = Path.of("src/test/resources/raft");
    private static final List<Path> TESTS = List.of(Path.of("src/test/java"), Path.of("../kv-service/src/test/java"));

    private static final String PREVOTE = "PREVOTE.md";
    private static final String KIP = "KIP-996";
    private static final String BEHAVIOURS = "KRAFT-BEHAVIOURS.md";
    private static final String HAZARDS = "HAZARDS.md";
    private static final String COUNTS = "Counts";
    private static final int LAST_BEHAVIOUR = 120;
    /** How many hazards each group has, A to H. */
    private static final List<Integer> HAZARDS_PER_GROUP = List.of(38, 14, 7, 10, 16, 16, 8, 8);

    private static final Set<String> GROUPS_WITH_SCRIPTS = Set.of("A", "B", "F");

    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    private enum Kind {
        SHOWN,
        IN_PART,
        NOT_APPLICABLE,
        OPEN
    }

    /** @param section the heading under which it stands */
    private record Row(String section, List<String> cells) {
        String id() {
            return cells.getFirst();
        }

        String shownBy() {
            return cells.getLast();
        }

        List<String> names() {
            return NAME.matcher(shownBy()).results().map(found -> found.group(1)).toList();
        }

        Kind kind() {
            if (shownBy().startsWith("open: ")) {
                return Kind.OPEN;
            }
            if (shownBy().startsWith("n/a: ")) {
                return Kind.NOT_APPLICABLE;
            }
            return shownBy().contains("open: ") ? Kind.IN_PART : Kind.SHOWN;
        }
    }

    private final List<Row> rows = new ArrayList<>();

    ConformanceTest() throws IOException {
        String section = "";
        for (String line : Files.readAllLines(PAGE, UTF_8)) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("| ") && !line.startsWith("| id ") && !line.startsWith("| source ")) {
                rows.add(new Row(section, List.of(line.substring(2, line.length() - 2).split(" \\| ", -1))));
            }
        }
    }

    private List<Row> rules() {
        return rows.stream().filter(row -> !row.section().equals(COUNTS)).toList();
    }

    private List<String> idsOf(String section) {
        return rows.stream().filter(row -> row.section().equals(section)).map(Row::id).toList();
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = sourcesByClass();
        assertThat(names(name -> !name.endsWith(".raft"))).isNotEmpty().allSatisfy(name -> {
            String[] parts = name.split("\\.", 2);
            assertThat(sources).containsKey(parts[0]);
            if (parts.length == 2) {
                assertThat(sources.getOrDefault(parts[0], "")).as("the source of " + parts[0]).contains("void " + parts[1] + "(");
            }
        });
    }

    /** Where two packages have a class of one name, both sources. */
    private static Map<String, String> sourcesByClass() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (Path folder : TESTS) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = String.valueOf(file.getFileName()).replace(".java", "");
                    sources.merge(name, Files.readString(file, UTF_8), String::concat);
                }
            }
        }
        return sources;
    }

    @Test
    void everyScriptThatIsNamedExists() {
        assertThat(names(name -> name.endsWith(".raft")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(SCRIPTS.resolve(name)).isRegularFile());
    }

    private List<String> names(Predicate<String> which) {
        return rules().stream().flatMap(row -> row.names().stream()).filter(which).distinct().toList();
    }

    @Test
    void everyRowSaysWhatShowsItOrWhyNothingDoes() {
        assertThat(rules()).allSatisfy(row -> {
            assertThat(row.cells()).hasSize(3).noneMatch(String::isBlank);
            if (row.kind() == Kind.SHOWN || row.kind() == Kind.IN_PART) {
                assertThat(row.names()).as("the tests of " + row.id()).isNotEmpty();
            }
        });
    }

    @Test
    void everyBehaviourAndEveryHazardStandsThereOnce() {
        assertThat(idsOf(BEHAVIOURS))
                .containsExactlyElementsOf(numbers("", LAST_BEHAVIOUR));
        List<String> hazards = new ArrayList<>();
        for (int group = 0; group < HAZARDS_PER_GROUP.size(); group++) {
            hazards.addAll(numbers(Character.toString('A' + group), HAZARDS_PER_GROUP.get(group)));
        }
        assertThat(idsOf(HAZARDS)).containsExactlyElementsOf(hazards);
        assertThat(rules()).extracting(Row::id).doesNotHaveDuplicates();
    }

    /** Elections, leases and the log: what a person can read a story of. */
    @Test
    void everyHazardOfThreeGroupsHasAScriptOrSaysWhyItHasNone() {
        List<Row> hazards = rules().stream()
                .filter(row -> row.section().equals(HAZARDS) && GROUPS_WITH_SCRIPTS.contains(row.id().substring(0, 1)))
                .filter(row -> row.kind() == Kind.SHOWN || row.kind() == Kind.IN_PART)
                .toList();
        assertThat(hazards).isNotEmpty().allSatisfy(row -> assertThat(row.shownBy())
                .as("a script for " + row.id())
                .matches(shown -> shown.contains(".raft`") || shown.contains("no script: ")));
    }

    private static List<String> numbers(String prefix, int last) {
        return IntStream.rangeClosed(1, last).mapToObj(number -> prefix + number).toList();
    }

    @Test
    void theCountsAreRight() {
        List<Row> expected = new ArrayList<>();
        for (String section : List.of(PREVOTE, KIP, BEHAVIOURS, HAZARDS)) {
            expected.add(count(section, row -> row.section().equals(section)));
        }
        expected.add(count("all", row -> true));
        assertThat(rows.stream().filter(row -> row.section().equals(COUNTS))).containsExactlyElementsOf(expected);
    }

    private Row count(String name, Predicate<Row> which) {
        List<String> cells = new ArrayList<>(List.of(name));
        for (Kind kind : Kind.values()) {
            cells.add(Long.toString(rules().stream().filter(which).filter(row -> row.kind() == kind).count()));
        }
        return new Row(COUNTS, cells);
    }
}
