package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/** What the Helm chart runs, and tells people to run, are commands. */
class ChartCommandsTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Pattern COMMAND = Pattern.compile("kvctl ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)");
    private static final Pattern ARGUMENTS = Pattern.compile("(?m)^( +)args:\\n((?:\\1  - .+\\n)+)");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(List<String> words) {
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
    }

    /** Wrong usage would be another status than that nobody answers. */
    @ParameterizedTest
    @ValueSource(strings = {"three-nodes", "everything"})
    void jobAndTestRunCommandsThatAsk(String rendering) throws IOException {
        String text = Files.readString(REPOSITORY.resolve("chart-tests/src/test/resources/golden/" + rendering + ".yaml"));
        List<List<String>> commands = ARGUMENTS.matcher(text).results().map(match -> words(match.group(2))).toList();
        assertThat(commands).extracting(List::getFirst).containsExactlyInAnyOrder("preflight", "status");
        for (List<String> command : commands) {
            assertThat(run(command)).as("%s: %s", command, err).isEqualTo(ExitStatus.UNAVAILABLE);
        }
        assertThat(err.toString()).contains("http://127.0.0.1:1/").doesNotContain("Exception");
    }

    private static List<String> words(String yaml) {
        List<String> words = new ArrayList<>();
        for (Object word : (List<?>) new Yaml().load(yaml)) {
            words.add(word.toString().startsWith("--url=") ? "--url=http://127.0.0.1:1" : word.toString());
        }
        return words;
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/helm.md", "helm/canvass/README.md", "helm/canvass/templates/NOTES.txt"})
    void whatIsWrittenExists(String page) throws IOException {
        for (String command : COMMAND.matcher(Files.readString(REPOSITORY.resolve(page))).results().map(match -> match.group(1)).toList()) {
            List<String> words = new ArrayList<>(List.of(command.split(" ")));
            words.add("--help");
            assertThat(run(words)).as("kvctl %s", command).isEqualTo(ExitStatus.DONE);
        }
    }
}
