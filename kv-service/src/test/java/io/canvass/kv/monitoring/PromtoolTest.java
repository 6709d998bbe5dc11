package io.canvass.kv.monitoring;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Prometheus' own tool on our rules, where it is installed: Debian's package {@code prometheus} has it. */
@Timeout(120)
class PromtoolTest {
    private static final Path MONITORING = monitoring();

    @Test
    void promtoolTakesTheRules() throws Exception {
        assertThat(promtool("check", "rules", "alerts.yaml")).contains("SUCCESS: 26 rules found");
    }

    @Test
    void eachRuleFiresOnItsCauseAndNotWhenAllIsWell() throws Exception {
        assertThat(promtool("test", "rules", "alerts-test.yaml")).contains("SUCCESS").doesNotContain("FAILED");
    }

    /** The test of the rules notices a rule that never fires. */
    @ParameterizedTest
    @ValueSource(strings = {"kv_raft_damaged == 1", "kv_raft_apply_lag > 10000"})
    void aRuleThatDoesNotFireIsNoticed(String expression, @TempDir Path spoilt) throws Exception {
        String rules = Files.readString(MONITORING.resolve("alerts.yaml"));
        assertThat(rules).contains(expression);
        Files.writeString(spoilt.resolve("alerts.yaml"), rules.replace(expression, "vector(0) == 1"));
        Files.copy(MONITORING.resolve("alerts-test.yaml"), spoilt.resolve("alerts-test.yaml"));
        Process process = start(spoilt, List.of("test", "rules", "alerts-test.yaml"));
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isNotZero();
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        Process process = start(MONITORING, List.of(arguments));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static Process start(Path directory, List<String> arguments) throws IOException {
        Optional<Path> tool = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(tool.isPresent(), "Skipped: promtool is not on the PATH; Debian's package prometheus has it");
        String[] command = new String[arguments.size() + 1];
        command[0] = tool.orElseThrow().toString();
        for (int i = 0; i < arguments.size(); i++) {
            command[i + 1] = arguments.get(i);
        }
        return new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    }

    private static Path monitoring() {
        Path here = Path.of("").toAbsolutePath();
        Path above = here.getParent();
        boolean inModule = above != null && Files.exists(above.resolve("monitoring"));
        return (inModule ? above : here).resolve("monitoring");
    }
}
