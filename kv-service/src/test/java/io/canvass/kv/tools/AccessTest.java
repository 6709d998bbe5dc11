package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is given to show to nodes: where it is no good, nobody is asked, and nothing of a secret is printed. */
class AccessTest {
    private static final String SECRET = "cvt_ci.dnZw1IjDVLfzd3iMw29VGePTwA5Mle_VsJe-7RCcV8A";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private FakeCluster node;

    @BeforeEach
    void start() throws IOException {
        node = new FakeCluster();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private int run(String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "status";
        args[1] = "--url";
        args[2] = node.url();
        System.arraycopy(options, 0, args, 3, options.length);
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("given"), text).toString();
    }

    private void assertWrongUsage(String words) {
        assertThat(err.toString()).contains(words, "Nothing was asked.").doesNotContain(SECRET).doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
        assertThat(node.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", SECRET + "\n" + SECRET, SECRET + " " + SECRET, SECRET + "\u00e4"})
    void aFileThatDoesNotHoldOneTokenIsWrongUsage(String text) throws IOException {
        assertThat(run("--token-file", file(text))).isEqualTo(ExitStatus.USAGE);
        assertWrongUsage("does not hold a token in its only line");
    }

    @Test
    void aFileThatIsNotThereIsWrongUsage() {
        assertThat(run("--token-file", folder.resolve("none").toString())).isEqualTo(ExitStatus.USAGE);
        assertWrongUsage("cannot be read");
    }

    @Test
    void anAuthorityThatIsNoCertificateIsWrongUsage() throws IOException {
        assertThat(run("--ca", file(SECRET))).isEqualTo(ExitStatus.USAGE);
        assertWrongUsage("must be PEM files");
    }

    @Test
    void aCertificateWithoutItsKeyIsWrongUsage() throws IOException {
        assertThat(run("--cert", file("x"))).isEqualTo(ExitStatus.USAGE);
        assertWrongUsage("--cert and --key go together");
    }

    /** The list of processes shows it to every user of the machine. */
    @Test
    void aTokenIsNoOption() {
        assertThat(run("--token", SECRET)).isEqualTo(ExitStatus.USAGE);
        assertThat(node.asked()).isEmpty();
        assertThat(out.toString()).isEmpty();
    }
}
