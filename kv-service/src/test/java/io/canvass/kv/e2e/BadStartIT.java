package io.canvass.kv.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/** What stops a start is said in a sentence; nothing is changed, and no stack trace buries it. */
@Timeout(180)
class BadStartIT {
    private static final Pattern STACK_FRAME = Pattern.compile("^\\s+at [\\w.$/]+\\(", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    private NodeSettings settings;
    private NodeSettings.Voter self;

    @BeforeEach
    void settings() {
        self = new NodeSettings.Voter("kv-1", Ports.next(), Ports.next());
        settings = new NodeSettings("kv-1", self.httpPort(), folder.resolve("data"), List.of(self), null);
    }

    @Test
    void aNodeIdThatIsListedTwiceIsRefused() {
        NodeSettings.Voter twin = new NodeSettings.Voter("kv-1", Ports.next(), Ports.next());
        refused(settings.withVoters(self, twin), "kv.cluster.voters", "kv-1", "twice");
        assertThat(settings.dataDir()).doesNotExist();
    }

    @Test
    void aNodeThatJoinsAndCannotBeReachedIsRefused() {
        refused(settings.withId("kv-9").with(List.of("--kv.peer.port=0")), "kv.peer.port", "joins a cluster");
        assertThat(settings.dataDir()).doesNotExist();
    }

    @Test
    void anHttpPortInUseIsRefused() throws IOException {
        try (ServerSocket holder = new ServerSocket(self.httpPort(), 1, InetAddress.getLoopbackAddress())) {
            refused(settings, "server.port", Integer.toString(holder.getLocalPort()));
        }
    }

    @Test
    void aPeerPortInUseIsRefused() throws IOException {
        try (ServerSocket holder = new ServerSocket(self.peerPort(), 1, InetAddress.getLoopbackAddress())) {
            refused(settings, "kv.peer.port", Integer.toString(holder.getLocalPort()));
        }
    }

    @Test
    void theDataOfAnotherNodeIsRefusedAndLeftAsItIs() {
        liveOnce(settings);
        NodeSettings.Voter other = new NodeSettings.Voter("kv-2", self.httpPort(), self.peerPort());
        refused(settings.withId("kv-2").withVoters(other), settings.dataDir().toString(), "kv-1", "kv-2");
        liveOnce(settings);
    }

    @Test
    void theDataOfAnotherClusterIsRefusedAndLeftAsItIs() {
        UUID ours = UUID.randomUUID();
        UUID theirs = UUID.randomUUID();
        liveOnce(settings.withClusterId(ours));
        refused(settings.withClusterId(theirs), settings.dataDir().toString(), ours.toString(), theirs.toString());
        liveOnce(settings.withClusterId(ours));
    }

    @Test
    void theDataOfANodeThatRunsIsRefusedAndTheNodeIsUnharmed() {
        try (LocalNode running = node(settings)) {
            running.start();
            running.awaitReady();
            NodeSettings.Voter second = new NodeSettings.Voter("kv-1", Ports.next(), Ports.next());
            refused(
                    settings.withHttpPort(second.httpPort()).withVoters(second),
                    settings.dataDir().toString(),
                    "locked");
            assertThat(running.http().put(running.url() + "/v1/kv/still/here", "yes").isSuccess()).isTrue();
        }
    }

    @Test
    void aDataDirectoryThatCannotBeMadeIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path below = file.resolve("data");
        refused(settings.withDataDir(below), below.toString());
    }

    @Test
    void aDataDirectoryThatIsNotWritableIsRefused() throws IOException {
        Path readOnly = Files.createDirectory(folder.resolve("read-only"));
        assumeThat(readOnly.toFile().setWritable(false) && !Files.isWritable(readOnly))
                .as("this user is bound by permissions (root is not)")
                .isTrue();
        try {
            Path below = readOnly.resolve("data");
            refused(settings.withDataDir(below), below.toString());
        } finally {
            assertThat(readOnly.toFile().setWritable(true)).isTrue();
        }
    }

    /** Starts a node that must end by itself, with one line that holds all of these words. */
    private void refused(NodeSettings wrong, String... words) {
        try (LocalNode node = new LocalNode(wrong, folder.resolve("refused"))) {
            node.start();
            int exit = node.awaitExit();
            String log = node.log();
            assertThat(exit).as("exit status; the log:%n%s", log).isNotZero();
            assertThat(log).as("a stack trace").doesNotContainPattern(STACK_FRAME);
            assertThat(log.lines().filter(line -> Arrays.stream(words).allMatch(line::contains)))
                    .as("lines with all of %s in:%n%s", Arrays.toString(words), log)
                    .hasSize(1);
        }
    }

    /** A whole life of a node: it starts, takes a write, and stops. */
    private void liveOnce(NodeSettings right) {
        try (LocalNode node = node(right)) {
            node.start();
            node.awaitReady();
            assertThat(node.http().put(node.url() + "/v1/kv/alive", "yes").isSuccess()).isTrue();
            node.stop();
        }
    }

    private LocalNode node(NodeSettings right) {
        return new LocalNode(right, folder.resolve("right"));
    }
}
