package io.canvass.kv.e2e;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleSessionTest {
    @Test
    void onlyConsoleBlocksBetweenTheMarksAreASession() {
        ConsoleSession session = ConsoleSession.parse("""
                ```console
                $ rm -rf everything
                ```
                <!-- session -->
                Words between.
                ```console
                $ first
                one
                two
                $ silent
                $ long \\
                    command
                three
                ```
                ```json
                {"no": "session"}
                ```
                ```console
                $ last
                ```
                <!-- /session -->
                ```console
                $ rm -rf the rest
                ```
                """);
        assertThat(session.steps())
                .containsExactly(
                        new ConsoleSession.Step("first", List.of("one", "two")),
                        new ConsoleSession.Step("silent", List.of()),
                        new ConsoleSession.Step("long \\\n    command", List.of("three")),
                        new ConsoleSession.Step("last", List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock = """
            green               | green               | true
            green               | green~              | true
            green               | greener             | false
            green               | ~green              | false
            a.c                 | abc                 | false
            {"r":…,"v":1}       | {"r":17,"v":1}      | true
            {"r":…,"v":1}       | {"r":17,"v":2}      | false
            {"r":…,"v":1}       | {"r":17~,"v":1}     | false
            …                   | a~b~c               | true
            HTTP/1.1 200~…~ok   | HTTP/1.1 200 ~E: 1~~ok  | true
            HTTP/1.1 200~…~ok   | HTTP/1.1 200~ok     | true
            HTTP/1.1 200~…~ok   | HTTP/1.1 200~E: 1   | false
            one~two             | one                 | false
            one                 | one~two             | false
            """)
    void masksStandForAnythingAndAllElseForItself(String shown, String output, boolean matches) {
        assertThat(ConsoleSession.matches(List.of(shown.split("~", -1)), output.replace('~', '\n')))
                .isEqualTo(matches);
    }

    @Test
    void aCommandGoesOnWhereTheShellWouldPromptForMore() {
        ConsoleSession session = ConsoleSession.parse("""
                <!-- session -->
                ```console
                $ f() { echo 'one
                > two'; }
                $ f
                one
                > shown
                ```
                <!-- /session -->
                """);
        assertThat(session.steps())
                .containsExactly(
                        new ConsoleSession.Step("f() { echo 'one\ntwo'; }", List.of()),
                        new ConsoleSession.Step("f", List.of("one", "> shown")));
    }

    @Test
    void aStreamIsEndedAfterTheLinesThatAreShown() {
        ConsoleSession session = new ConsoleSession(List.of(
                new ConsoleSession.Step("curl -N 'somewhere'", List.of("one", "", "two")),
                new ConsoleSession.Step("curl 'elsewhere'", List.of())));
        assertThat(session.script("END")).contains("\nstream 3 'somewhere'\n", "\ncurl 'elsewhere'\n");
    }

    @Test
    void aCommandThatShowsNothingPrintsNothing() {
        assertThat(ConsoleSession.matches(List.of(), "")).isTrue();
        assertThat(ConsoleSession.matches(List.of(), "something\n")).isFalse();
    }
}
