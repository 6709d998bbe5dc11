package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide to the HTTP API, typed into a shell with the real curl; needs jq, too. */
@Timeout(300)
class GuideIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

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

    private ConsoleSession session(String document) {
        return ConsoleSession.parse(cluster.withOurPorts(document));
    }
}
