package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import io.canvass.kv.backup.Copies;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What an operator reads of {@code kvctl snapshot verify}, {@code restore} and {@code recover}. */
class OfflineCommandsTest {
    @TempDir
    Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file = Path.of("");

    @BeforeEach
    void snapshot() throws Exception {
        file = Files.write(temporary.resolve("snapshot"), Copies.snapshot(temporary, 5));
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    @Test
    void aSoundSnapshotSaysWhatItHolds() {
        assertThat(run("snapshot", "verify", file)).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString())
                .contains("is sound", "revision 5, 5 keys, log up to"
                        + " 5@3", Copies.CLUSTER.toString(), Copies.NOW.toString());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aBrokenSnapshotOrNoneIsASentenceAndNothingIsMade() throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        Path dataDir = temporary.resolve("data");
        assertThat(run("snapshot", "verify", file)).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).startsWith("kvctl: This is no sound snapshot: ").doesNotContain("Exception");
        assertThat(run("restore", file, "--data-dir", dataDir, "--node-id", "n1")).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("no sound snapshot");
        assertThat(dataDir).doesNotExist();
        assertThat(run("snapshot", "verify", temporary.resolve("none"))).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("There is no file");
    }

    @Test
    void aSnapshotIsSavedFromTheUrlOfANodeOnly() {
        Path saved = temporary.resolve("saved");
        assertThat(run("snapshot", "save", saved, "--url", "localhost:8080")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("'localhost:8080' is not the URL of a node").doesNotContain("Exception");
        assertThat(saved).doesNotExist();
    }

    @Test
    void aRestoreSaysWhatItMadeAndASecondOneIsRefused() {
        Path dataDir = temporary.resolve("data");
        Object[] restore = {
            "restore", file, "--data-dir", dataDir, "--node-id", "n1", "--voters", "n1@127.0.0.1:7001,n2@127.0.0.1:7002"
        };
        assertThat(run(restore)).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("revision 5, 5 keys", "(new)", "revision    1000000005", "Restored into");
        assertThat(run(restore)).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("is not empty (raft, state)");
        assertThat(run("restore", file, "--data-dir", dataDir)).isEqualTo(ExitStatus.USAGE);
        assertThat(run("restore", file, "--data-dir", temporary.resolve("other"), "--node-id", "n1", "--voters", "n1"))
                .isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("id@host:peerPort");
    }

    @Test
    void aRecoveryOnlyShowsWhatItWouldDoUntilTheLossIsAccepted() {
        Path dataDir = temporary.resolve("data");
        String voters = "n1@127.0.0.1:7001,n2@127.0.0.1:7002";
        run("restore", file, "--data-dir", dataDir, "--node-id", "n1", "--voters", voters);

        assertThat(run("recover", "--data-dir", dataDir)).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains(
                "log         ends at index 6 in epoch 4",
                "applied     index 5 in epoch 3, as stored: revision 5, 5 keys",
                "WARNING",
                "Lost: every write after index 6 of epoch 4",
                "Made good: entries 6 to 6",
                "Abandoned: n2@127.0.0.1:7002",
                "Nothing was changed");
        String shown = out.toString();
        run("recover", "--data-dir", dataDir);
        assertThat(out.toString()).as("the second look").isEqualTo(shown);

        assertThat(run("recover", "--data-dir", dataDir, "--i-accept-data-loss")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("Done: n1 is the only voter of the new cluster", "in epoch 5");
        run("recover", "--data-dir", dataDir);
        assertThat(out.toString()).contains("voters      n1@127.0.0.1:7001\n").doesNotContain("Abandoned");
    }

    @Test
    void aDirectoryWithoutANodeIsASentence() {
        assertThat(run("recover", "--data-dir", temporary.resolve("none"))).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("no Raft store").doesNotContain("Exception");
    }
}
