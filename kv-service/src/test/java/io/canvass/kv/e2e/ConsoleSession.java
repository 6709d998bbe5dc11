package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A console session as documents show it, and the comparison of what it shows with what really came out.
 *
 * <p>It stands in fenced blocks ({@code ```console}) between the lines {@code <!-- session -->} and
 * {@code <!-- /session -->}. A line that begins with {@code "$ "} is a command; it goes on in the next line where it ends
 * with a backslash, and in those right below that begin with {@code "> "}. The lines below it are its output. In these,
 * {@code …} stands for any characters within a line, and a line that is only {@code …} for any number of lines.
 *
 * <p>A command that begins with {@code "curl -N "} is a stream: it is ended after as many lines as are shown.
 */
record ConsoleSession(List<Step> steps) {
    private static final String BEGIN = "<!-- session -->";
    private static final String END = "<!-- /session -->";
    private static final String FENCE = "```";
    private static final String PROMPT = "$ ";
    private static final String GOES_ON = "> ";
    private static final String MASK = "…";
    private static final String END_OF_STEP = "---- end of step ----";
    private static final String STREAM = "curl -N ";
    /** A curl that hangs ends with an error, long before the test is given up. */
    private static final String FUNCTIONS = """
            curl() { command curl --max-time 60 "$@"; }
            stream() {
                local shown=$1
                shift
                exec 3< <(exec curl --max-time 60 -sN "$@")
                local streaming=$!
                head -n "$shown" <&3
                exec 3<&-
                kill "$streaming"
                wait "$streaming"
            }
            """;

    ConsoleSession {
        steps = List.copyOf(steps);
    }

    static ConsoleSession parse(String document) {
        List<Step> steps = new ArrayList<>();
        boolean inSession = false;
        boolean inBlock = false;
        boolean commandGoesOn = false;
        for (String line : document.lines().toList()) {
            String bare = line.stripTrailing();
            if (bare.equals(BEGIN) || bare.equals(END)) {
                inSession = bare.equals(BEGIN);
            } else if (inSession && bare.startsWith(FENCE)) {
                inBlock = bare.equals(FENCE + "console");
            } else if (inSession && inBlock) {
                commandGoesOn = takeLine(steps, bare, commandGoesOn);
            }
        }
        return new ConsoleSession(steps);
    }

    /** One shell for the whole session, so that what a command sets is there for the next. */
    String script(String endOfStep) {
        return steps.stream()
                .map(step -> step.typed() + "\nprintf '\\n%s\\n' '" + endOfStep + "'\n")
                .collect(Collectors.joining("", FUNCTIONS, ""));
    }

    /** Types all commands into one shell, and compares what they print, both as {@code masked} leaves it. */
    void check(Path folder, Duration limit, UnaryOperator<String> masked) {
        Shell.Result result = Shell.run(folder, limit, List.of("bash", "-c", script(END_OF_STEP)));
        List<String> outputs = List.of(result.out().split("\n" + END_OF_STEP + "\n", -1));
        assertThat(outputs).as("outputs, and nothing behind the last; %s", result).hasSize(steps.size() + 1);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            String output = outputs.get(i);
            assertThat(matches(step.shown().stream().map(masked).toList(), masked.apply(output)))
                    .as("It is shown for%n%n  %s%n%n%s%n%nbut it printed%n%n%s%n%nAll errors: %s",
                            step.command(), String.join("\n", step.shown()), output, result.err())
                    .isTrue();
        }
    }

    /** Whether the output of a step is as it is shown. */
    static boolean matches(List<String> shown, String output) {
        StringBuilder pattern = new StringBuilder();
        for (String line : shown) {
            if (line.equals(MASK)) {
                pattern.append("(?:[^\n]*\n)*");
            } else {
                pattern.append(List.of(line.split(MASK, -1)).stream()
                                .map(Pattern::quote)
                                .collect(Collectors.joining("[^\n]*")))
                        .append('\n');
            }
        }
        String normal = output.lines().map(line -> line.stripTrailing() + "\n").collect(Collectors.joining());
        return Pattern.matches(pattern.toString(), normal.replaceFirst("\n+\\z", "\n"));
    }

    private static boolean takeLine(List<Step> steps, String line, boolean commandGoesOn) {
        boolean prompted = line.startsWith(GOES_ON);
        if (commandGoesOn || (prompted && !steps.isEmpty() && steps.getLast().shown().isEmpty())) {
            Step last = steps.removeLast();
            String more = prompted ? line.substring(GOES_ON.length()) : line;
            steps.add(new Step(last.command() + "\n" + more, List.of()));
            return more.endsWith("\\");
        }
        if (line.startsWith(PROMPT)) {
            steps.add(new Step(line.substring(PROMPT.length()), List.of()));
            return line.endsWith("\\");
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("Output before the first command: " + line);
        }
        Step last = steps.removeLast();
        List<String> shown = new ArrayList<>(last.shown());
        shown.add(line);
        steps.add(new Step(last.command(), shown));
        return false;
    }

    /**
     * One command.
     *
     * @param shown the lines of its output
     */
    record Step(String command, List<String> shown) {
        Step {
            shown = List.copyOf(shown);
        }

        /** What the shell is given for it. */
        private String typed() {
            return command.startsWith(STREAM)
                    ? "stream " + shown.size() + " " + command.substring(STREAM.length())
                    : command;
        }
    }
}
