package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.kv.cluster.NodeOnDisk;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.RaftStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What {@code kvctl heal} sets aside, and when it leaves all as it is. */
class HealCommandTest {
    private static final long BEGIN = 20;
    private static final LogBase NOTED = new LogBase(
            new LogPosition(NodeOnDisk.EPOCH, 30),
            Configuration.ofVoters(List.of(new Configuration.Member(ReplicaKey.ofNode("kv-1"), "127.0.0.1:1"))));

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void whereTheLogBeginsLaterTheStateIsSetAsideAndAPeersIsAskedFor() throws IOException {
        NodeOnDisk node = node(BEGIN);
        Files.writeString(node.state().resolve("DAMAGED"), "It is wrong.");
        assertThat(heal(node)).as("%s", err).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains(
                "The log of kv-2 is sound: after index 20 up to 40, epoch 4.",
                node.state() + " was moved to " + aside(node),
                "it fetches the state from a peer");
        assertThat(aside(node).resolve("DAMAGED")).hasContent("It is wrong.");
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
        try (RaftStore store = node.open()) {
            assertThat(store.recovered(BEGIN).hardState()).isEqualTo(NodeOnDisk.PROMISED);
        }
    }

    @Test
    void whereTheLogHoldsAllNobodyIsAskedAndTheStateIsBuiltFromIt() throws IOException {
        NodeOnDisk node = node(0);
        long hash = hash(node);
        Files.writeString(node.state().resolve("DAMAGED"), "It is wrong.");
        assertThat(heal(node)).as("%s", err).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("after index 0 up to 40", "it builds the state from its log");
        assertThat(node.names()).doesNotContain("HEAL", "state");
        try (RaftStore log = node.open();
                KvStore store = KvStore.open(node.state())) {
            log.recovered(store.appliedIndex());
            store.apply(log.read(1, NodeOnDisk.LAST, 1 << 20));
            assertThat(store.stateHash()).isEqualTo(hash);
        }
    }

    @Test
    void aDryRunChangesNothing() {
        NodeOnDisk node = node(BEGIN);
        List<String> before = node.names();
        assertThat(heal(node, "--dry-run")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("is sound", "Nothing was changed", "would be moved to");
        assertThat(node.names()).isEqualTo(before);
    }

    /** Its sentence says what to do; and the state that a start makes in vain is no obstacle. */
    @Test
    void aCrashAfterTheStateWasMovedLeavesANodeThatSaysWhatToType() throws IOException {
        NodeOnDisk node = node(BEGIN);
        Files.move(node.state(), node.data().resolve("state.damaged-20260102T030405Z"));
        String command = "kvctl heal --data-dir " + node.data() + " ";
        assertThatThrownBy(() -> recover(node)).hasMessageContaining(command);
        assertThatThrownBy(() -> recover(node)).as("the second start").hasMessageContaining(command);
        assertThat(heal(node)).as("%s", err).isEqualTo(ExitStatus.DONE);
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
    }

    /** No start came in between, so that there is no state at all. */
    @Test
    void aCrashAfterTheStateWasMovedIsMadeGoodBySayingItAgain() throws IOException {
        NodeOnDisk node = node(BEGIN);
        Files.move(node.state(), node.data().resolve("state.damaged-20260102T030405Z"));
        assertThat(heal(node)).as("%s", err).isEqualTo(ExitStatus.DONE);
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
    }

    @Test
    void itCanBeSaidTwice() {
        NodeOnDisk node = node(BEGIN);
        assertThat(heal(node)).isEqualTo(ExitStatus.DONE);
        List<String> before = node.names();
        assertThat(heal(node)).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("There is no " + node.state());
        assertThat(node.names()).isEqualTo(before);
    }

    @Test
    void aNodeThatRunsKeepsItsState() {
        NodeOnDisk node = node(BEGIN);
        List<String> before = node.names();
        try (RaftStore _ = node.open()) {
            assertRefused(node, before, "is open in this very process");
        }
    }

    @Test
    void aDamagedLogIsNotMended() throws IOException {
        NodeOnDisk node = node(BEGIN);
        List<String> before = node.names();
        flipAByteIn(largestLog(node.raft()));
        assertRefused(node, before, "The Raft directory " + node.raft(), "mends a state and not a log");
    }

    @Test
    void whereASnapshotWasAboutToBeInstalledItIsNotSureWhichStateTheLogGoesWith() {
        NodeOnDisk node = node(BEGIN);
        note(node, BEGIN);
        assertRefused(node, node.names(), "A snapshot was about to be installed", "docs/runbooks/lost-disk.md");
    }

    @Test
    void aLogThatHoldsAllGoesWithNoStateAtAllWhateverWasAboutToBeInstalled() {
        NodeOnDisk node = node(0);
        note(node, 0);
        assertThat(heal(node)).as("%s", err).isEqualTo(ExitStatus.DONE);
        assertThat(recover(node)).isEqualTo(NodeOnDisk.LAST);
    }

    @Test
    void aDirectoryWithoutANodeIsASentenceAndNothingIsMade() {
        NodeOnDisk none = new NodeOnDisk(folder.resolve("none"));
        assertThat(heal(none)).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("no such directory").doesNotContain("Exception");
        assertThat(none.data()).doesNotExist();
    }

    private void assertRefused(NodeOnDisk node, List<String> names, String... words) {
        assertThat(heal(node)).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains(words).contains("Nothing was changed").doesNotContain("Exception");
        assertThat(node.names()).isEqualTo(names);
    }

    private NodeOnDisk node(long beginsAfter) {
        return new NodeOnDisk(folder.resolve("data")).make(beginsAfter);
    }

    private int heal(NodeOnDisk node, String... more) {
        List<String> command = new ArrayList<>(List.of("heal", "--data-dir", node.data().toString()));
        command.addAll(List.of(more));
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), command.toArray(String[]::new));
    }

    private static Path aside(NodeOnDisk node) {
        return node.data().resolve(node.names().stream()
                .filter(name -> name.startsWith("state.damaged-"))
                .findFirst()
                .orElseThrow());
    }

    /** As a start does it; the last index of the log. */
    private static long recover(NodeOnDisk node) {
        try (RaftStore log = node.open();
                KvStore store = KvStore.open(node.state())) {
            return log.recovered(store.appliedIndex()).lastIndex();
        }
    }

    private static long hash(NodeOnDisk node) {
        try (KvStore store = KvStore.open(node.state())) {
            return store.stateHash();
        }
    }

    private static void note(NodeOnDisk node, long appliedIndex) {
        try (RaftStore store = node.open()) {
            store.recovered(Math.max(appliedIndex, 1));
            store.installing(NOTED);
        }
    }

    private static Path largestLog(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void flipAByteIn(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = bytes.length() / 2;
            bytes.seek(middle);
            int before = bytes.read();
            bytes.seek(middle);
            bytes.write(before ^ 1);
        }
    }
}
