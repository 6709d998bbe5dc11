package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code bin/cluster} as a person uses it. */
@Timeout(300)
class ClusterScriptIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int BAD_USAGE = 2;

    @TempDir
    private Path folder;

    @AfterEach
    void endAllNodes() {
        cluster("wipe");
    }

    @Test
    void aClusterComesUpPrintsLinesThatWorkAndGoesThroughKillsAndPauses() {
        int http = Ports.next();
        // Ports in a row; the far ends of the range that tests take theirs from do not meet.
        String[] ports = {"--http-port", Integer.toString(http), "--peer-port", Integer.toString(http + 10)};
        Shell.Result up = cluster(concat("up", ports));
        assertThat(up.exitValue()).as("%s", up).isZero();

        List<String> curls = up.out().lines().map(String::strip).filter(line -> line.startsWith("curl ")).toList();
        assertThat(curls).hasSizeGreaterThan(3);
        for (String curl : curls) {
            Shell.Result result = Shell.run(folder, LIMIT, List.of("bash", "-c", curl));
            assertThat(result.exitValue()).as("%s: %s", curl, result).isZero();
            assertThat(result.out()).as(curl).isNotEmpty();
        }
        assertThat(Shell.run(folder, LIMIT, List.of("bash", "-c", curls.get(1))).out()).isEqualTo("green");

        assertThat(states()).containsExactly("up", "up", "up");
        assertThat(cluster(concat("up", ports)).exitValue()).as("a second up").isZero();
        assertThat(cluster("kill", "1").exitValue()).isZero();
        assertThat(cluster("pause", "2").exitValue()).isZero();
        assertThat(states()).containsExactly("down", "paused", "up");
        assertThat(cluster("resume", "2").exitValue()).isZero();
        assertThat(cluster("start", "1").exitValue()).isZero();
        assertThat(cluster("stop", "3").exitValue()).isZero();
        assertThat(states()).containsExactly("up", "up", "down");
        assertThat(cluster("logs", "1").out()).isNotEmpty();
        assertThat(cluster("down").exitValue()).isZero();
        assertThat(states()).containsExactly("down", "down", "down");
        assertThat(cluster("wipe").exitValue()).isZero();
        assertThat(folder.resolve("cluster/kv-1")).doesNotExist();
    }

    @Test
    void aWrongCommandLineIsAnsweredWithASentenceAndTwo() {
        for (String[] wrong : new String[][] {{}, {"explode"}, {"up", "--nodes", "0"}, {"kill"}, {"kill", "x"},
            {"status", "--color"}, {"up", "--http-port"}, {"up", "now"}}) {
            Shell.Result result = cluster(wrong);
            assertThat(result.exitValue()).as("%s: %s", Arrays.toString(wrong), result).isEqualTo(BAD_USAGE);
            assertThat(result.err()).startsWith("cluster: ");
            assertThat(result.out()).isEmpty();
        }
    }

    /** The column STATE of the table. */
    private List<String> states() {
        Shell.Result status = cluster("status");
        assertThat(status.exitValue()).as("%s", status).isZero();
        return status.out().lines().skip(1).map(line -> line.split(" +", -1)[2]).toList();
    }

    private Shell.Result cluster(String... words) {
        List<String> command = new ArrayList<>();
        // The jar that is tested, said: else the script would build when a source is newer.
        command.add("env");
        command.add("CANVASS_JAR=" + Repository.jar());
        command.add("JAVA_HOME=" + System.getProperty("java.home"));
        command.add(Repository.root().resolve("bin/cluster").toString());
        command.addAll(List.of(words));
        command.add("--dir=" + folder.resolve("cluster"));
        return Shell.run(folder, LIMIT, command);
    }

    private static String[] concat(String first, String... rest) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(List.of(rest));
        return words.toArray(String[]::new);
    }
}
