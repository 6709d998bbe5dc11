package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide to the HTTP API, typed into a shell with the real curl; needs jq, too. */
@Timeout(300)
class GuideIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Two loaded cores must cause no election of their own, of which the text knows nothing. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.election-timeout=3s");

    /** The second column of a table: a command with curl. */
    private static final Pattern LINE_HERE = Pattern.compile("\\| `((?:printf .*)?curl .*)` \\|$", Pattern.MULTILINE);

    private static final String STATUS_ONLY = """
            $ curl() { command curl -s --max-time 60 -o answer -w '%{http_code}\\n' "$@"; }
            """;

    @TempDir
    private Path folder;

    @Test
    void everyCommandOfTheGuidePrintsWhatTheGuideShows() throws IOException {
        ConsoleSession session = session(Files.readString(Repository.root().resolve("docs/api.md")));
        assertThat(session.steps()).as("commands in the guide").hasSizeGreaterThan(80);
        session.check(folder, LIMIT, GuideMasks::masked);
    }

    /** The curl lines with which the API was specified; in specified-lines.md each has what it must answer. */
    @Test
    void everyLineOfTheSpecificationAnswersAsItSays() throws IOException {
        try (var lines = GuideIT.class.getResourceAsStream("specified-lines.md")) {
            assertThat(lines).isNotNull();
            ConsoleSession session = session(new String(lines.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(session.steps()).hasSizeGreaterThan(14);
            session.check(folder, LIMIT, GuideMasks::masked);
        }
    }

    /** Each line of docs/coming-from.md that is shown as what another store's command is here. */
    @Test
    void whatOtherStoresDoIsDoneHereAsItIsShown() throws IOException {
        String page = Files.readString(Repository.root().resolve("docs/coming-from.md"));
        List<String> lines = LINE_HERE.matcher(page)
                .results()
                .map(found -> found.group(1).replace("\\|", "|"))
                .toList();
        assertThat(lines).hasSizeGreaterThan(30);
        StringBuilder document = new StringBuilder("<!-- session -->\n```console\n$ node=http://localhost:8081\n" + STATUS_ONLY);
        lines.forEach(line ->
                document.append("$ ").append(line).append(line.startsWith("curl -N ") ? "\n…\n" : "\n2…\n"));
        session(document.append("```\n<!-- /session -->\n").toString()).check(folder, LIMIT, GuideMasks::masked);
    }

    private ConsoleSession session(String document) {
        return ConsoleSession.parse(cluster.withOurPorts(document));
    }
}
