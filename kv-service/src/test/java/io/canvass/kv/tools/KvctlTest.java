package io.canvass.kv.tools;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KvctlTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void whatBeginsWithAWordIsForTheToolsAndWhatBeginsWithASettingIsForANode() {
        assertThat(Kvctl.isMeant("kvctl", "status")).isTrue();
        assertThat(Kvctl.isMeant("status")).isTrue();
        assertThat(Kvctl.isMeant("--help")).isTrue();
        assertThat(Kvctl.isMeant("--server.port=8081", "status")).isFalse();
        assertThat(Kvctl.isMeant()).isFalse();
    }

    @Test
    void aWordThatNoToolHasIsWrongUsageAndStartsNothing() {
        assertThat(Kvctl.isMeant("statu")).isTrue();
        assertThat(run("statu")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("'statu'", "kvctl status");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void theNameOfTheToolMayStandBeforeItsCommandAndHelpSaysHowItEnds() {
        assertThat(run("kvctl", "--help")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("Usage: kvctl").contains("Exit status:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void nothingButTheNameIsWrongUsage() {
        assertThat(run("kvctl")).isEqualTo(ExitStatus.USAGE);
    }

    private int run(String... args) {
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
