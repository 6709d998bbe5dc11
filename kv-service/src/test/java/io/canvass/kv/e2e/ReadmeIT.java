package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The README's session, typed into a shell with the real curl. */
@Timeout(300)
class ReadmeIT {
    private static final String END_OF_STEP = "---- end of step ----";
    /** Where the README's nodes answer. */
    private static final int FIRST_PORT = 8081;

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    @TempDir
    private Path folder;

    @Test
    void everyCommandOfTheReadmePrintsWhatTheReadmeShows() throws IOException {
        String readme = Files.readString(Repository.root().resolve("README.md"));
        ConsoleSession session = ConsoleSession.parse(withOurPorts(readme));
        assertThat(session.steps()).as("commands in the README").hasSizeGreaterThan(5);

        Shell.Result result =
                Shell.run(folder, Duration.ofMinutes(2), List.of("bash", "-c", session.script(END_OF_STEP)));

        List<String> outputs = List.of(result.out().split("\n" + END_OF_STEP + "\n", -1));
        assertThat(outputs).as("outputs, and nothing behind the last; %s", result).hasSize(session.steps().size() + 1);
        for (int i = 0; i < session.steps().size(); i++) {
            ConsoleSession.Step step = session.steps().get(i);
            String output = outputs.get(i);
            assertThat(ConsoleSession.matches(step.shown(), output))
                    .as("The README shows for%n%n  %s%n%n%s%n%nbut it printed%n%n%s",
                            step.command(), String.join("\n", step.shown()), output)
                    .isTrue();
        }
    }

    private String withOurPorts(String readme) {
        String text = readme;
        for (int i = 0; i < cluster.nodes().size(); i++) {
            int port = cluster.nodes().get(i).settings().httpPort();
            text = text.replace("localhost:" + (FIRST_PORT + i), "localhost:" + port)
                    .replace("127.0.0.1:" + (FIRST_PORT + i), "127.0.0.1:" + port);
        }
        return text;
    }
}
