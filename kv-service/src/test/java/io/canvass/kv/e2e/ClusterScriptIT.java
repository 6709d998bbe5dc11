package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
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
    @Tag("long")
    void aClusterGrowsHandsOverAndShrinks() {
        int http = Ports.next();
        assertThat(cluster("up", "--nodes", "1", "--http-port", Integer.toString(http), "--peer-port", Integer.toString(http + 10))
                        .exitValue())
                .isZero();
        Shell.Result added = cluster("add");
        assertThat(added.exitValue()).as("%s", added).isZero();
        assertThat(added.out()).contains("kv-2 is a voter, on port " + (http + 1) + "; the members are kv-1 kv-2.");
        assertThat(column("MEMBER")).containsExactly("voter", "voter");

        if (column("ROLE").getLast().equals("LEADER")) {
            // Elected in the meantime, where the first of two JVMs had to wait for a processor.
            assertThat(cluster("transfer", "1").exitValue()).isZero();
        }
        Shell.Result transferred = cluster("transfer", "2");
        assertThat(transferred.exitValue()).as("%s", transferred).isZero();
        assertThat(transferred.out()).startsWith("kv-2 leads epoch ");
        Shell.Result again = cluster("transfer", "2");
        assertThat(again.exitValue()).as("%s", again).isEqualTo(1);
        assertThat(again.err()).contains("kv-2 leads already");
        String two = "http://127.0.0.1:" + (http + 1);
        Shell.Result unsafe = kvctl("safe-to-stop", "kv-1", "--url", two);
        assertThat(unsafe.exitValue()).as("%s", unsafe).isEqualTo(1);
        assertThat(unsafe.out()).startsWith("No. ");

        Shell.Result removed = cluster("remove", "1");
        assertThat(removed.exitValue()).as("%s", removed).isZero();
        assertThat(removed.out()).contains("kv-1 is stopped.", "kv-1 is no member any more.");
        assertThat(column("NODE")).containsExactly("kv-2");
        assertThat(column("ROLE")).containsExactly("LEADER");
        Shell.Result status = kvctl("status", "--url", two);
        assertThat(status.exitValue()).as("%s", status).isZero();
        assertThat(status.out()).contains("kv-2").doesNotContain("kv-1");
        Shell.Result last = cluster("remove", "2");
        assertThat(last.exitValue()).as("the last voter stays: %s", last).isEqualTo(1);
        assertThat(column("STATE")).containsExactly("up");
        assertThat(cluster("wipe").exitValue()).isZero();
        assertThat(folder.resolve("cluster/kv-1")).as("the data of who was removed").doesNotExist();
    }

    @Test
    void aWrongCommandLineIsAnsweredWithASentenceAndTwo() {
        for (String[] wrong : new String[][] {{}, {"explode"}, {"up", "--nodes", "0"}, {"kill"}, {"kill", "x"},
            {"status", "--color"}, {"up", "--http-port"}, {"up", "now"}, {"add", "4"}, {"remove"}, {"transfer", "1", "2"}}) {
            Shell.Result result = cluster(wrong);
            assertThat(result.exitValue()).as("%s: %s", Arrays.toString(wrong), result).isEqualTo(BAD_USAGE);
            assertThat(result.err()).startsWith("cluster: ");
            assertThat(result.out()).isEmpty();
        }
    }

    private List<String> states() {
        return column("STATE");
    }

    private List<String> column(String name) {
        Shell.Result status = cluster("status");
        assertThat(status.exitValue()).as("%s", status).isZero();
        List<String> head = List.of(status.out().lines().findFirst().orElseThrow().split(" +", -1));
        int column = head.indexOf(name);
        return status.out().lines().skip(1).map(line -> line.split(" +", -1)[column]).toList();
    }

    private Shell.Result kvctl(String... words) {
        List<String> command = new ArrayList<>(List.of("env", "CANVASS_JAR=" + Repository.jar(),
                "JAVA_HOME=" + System.getProperty("java.home"), Repository.root().resolve("bin/kvctl").toString()));
        command.addAll(List.of(words));
        return Shell.run(folder, LIMIT, command);
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
