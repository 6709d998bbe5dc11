package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The README's session, typed into a shell with the real curl. */
@Timeout(300)
class ReadmeIT {
    /** Two loaded cores must cause no election of their own, of which the text knows nothing. */
    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3, "--kv.raft.election-timeout=3s");

    @TempDir
    private Path folder;

    @Test
    void everyCommandOfTheReadmePrintsWhatTheReadmeShows() throws IOException {
        String readme = Files.readString(Repository.root().resolve("README.md"));
        ConsoleSession session = ConsoleSession.parse(cluster.withOurPorts(readme));
        assertThat(session.steps()).as("commands in the README").hasSizeGreaterThan(5);
        session.check(folder, Duration.ofMinutes(2), UnaryOperator.identity());
    }
}
