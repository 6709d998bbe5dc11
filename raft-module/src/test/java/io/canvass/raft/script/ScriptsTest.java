package io.canvass.raft.script;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Each script does what it expects, and prints what stands beside it; {@code -Dscripts.update} writes that anew. */
class ScriptsTest {
    static final Path FOLDER = Path.of("src/test/resources/raft");
    static final String SCRIPT = ".raft";
    static final String TRANSCRIPT = ".txt";

    static List<String> scripts() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SCRIPT))
                    .map(name -> name.substring(0, name.length() - SCRIPT.length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void aScriptPrintsWhatIsKept(String name) throws IOException {
        List<String> transcript = ScriptRunner.run(Files.readAllLines(FOLDER.resolve(name + SCRIPT)));
        Path kept = FOLDER.resolve(name + TRANSCRIPT);
        String printed = String.join("\n", transcript) + "\n";
        if (Boolean.getBoolean("scripts.update")) {
            Files.writeString(kept, printed, StandardCharsets.UTF_8);
        }
        assertThat(kept).as("-Dscripts.update=true makes it").exists();
        assertThat(printed).isEqualTo(Files.readString(kept, StandardCharsets.UTF_8));
    }

    @Test
    void theIndexNamesEveryScript() throws IOException {
        String index = Files.readString(FOLDER.resolve("README.md"), StandardCharsets.UTF_8);
        assertThat(scripts()).isNotEmpty().allSatisfy(name -> assertThat(index).contains(name + SCRIPT));
    }

    @Test
    void anExpectationThatDoesNotHoldFailsWithItsLine() {
        assertThatExceptionOfType(ScriptException.class)
                .isThrownBy(() -> ScriptRunner.run(List.of("cluster n1 n2 n3", "start all", "expect n1 LEADER")))
                .withMessageContaining("line 3, 'expect n1 LEADER': it is UNATTACHED@0");
    }

    @Test
    void whatIsNoCommandFails() {
        assertThatExceptionOfType(ScriptException.class)
                .isThrownBy(() -> ScriptRunner.run(List.of("cluster n1", "explode")))
                .withMessageContaining("'explode' is no command");
    }
}
