package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Only a node that was removed, and that does not run, gives up what it has. */
class RejoinCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aRemovedNodesDirectoryIsMadeEmpty() throws IOException {
        open().close();
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(folder.resolve("state/file"), "x");
        Files.writeString(folder.resolve("REMOVED"), "at=…");
        Files.writeString(folder.resolve("notes.txt"), "of somebody else");
        assertThat(run("--wipe")).as(err.toString()).isEqualTo(ExitStatus.DONE);
        try (var left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString()).toList()).containsExactly("notes.txt");
        }
    }

    @Test
    void aMemberKeepsWhatItHas() throws IOException {
        open().close();
        assertThat(run("--wipe")).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("does not say that its node was removed", "Nothing was deleted");
        assertThat(RocksRaftStore.isFormatted(folder.resolve("raft"))).isTrue();
    }

    @Test
    void aNodeThatRunsKeepsWhatItHas() throws IOException {
        Files.writeString(folder.resolve("REMOVED"), "at=…");
        try (RaftStore _ = open()) {
            assertThat(run("--wipe")).isEqualTo(ExitStatus.REFUSED);
            assertThat(err.toString()).contains("A node runs on");
        }
        assertThat(RocksRaftStore.isFormatted(folder.resolve("raft"))).isTrue();
        assertThat(folder.resolve("REMOVED")).exists();
    }

    @Test
    void itMustBeSaidThatAllIsDeleted() throws IOException {
        Files.writeString(folder.resolve("REMOVED"), "at=…");
        assertThat(run()).isEqualTo(ExitStatus.USAGE);
        assertThat(folder.resolve("REMOVED")).exists();
    }

    @Test
    void aDirectoryThatIsNotThereIsTold() {
        folder = folder.resolve("nowhere");
        assertThat(run("--wipe")).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("There is no directory");
    }

    private RaftStore open() {
        Configuration alone =
                Configuration.ofVoters(List.of(new Configuration.Member(ReplicaKey.ofNode("kv-1"), "127.0.0.1:9080")));
        return RocksRaftStore.open(folder.resolve("raft"), Formation.founding("kv-1", UUID.randomUUID(), true, alone));
    }

    private int run(String... more) {
        List<String> command = new ArrayList<>(List.of("member", "rejoin", "--data-dir", folder.toString()));
        command.addAll(List.of(more));
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), command.toArray(String[]::new));
    }
}
