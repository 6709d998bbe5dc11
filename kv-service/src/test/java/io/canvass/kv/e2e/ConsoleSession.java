package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A console session as documents show it, and the comparison of what it shows with what really came out.
 *
 * <p>It stands in fenced blocks ({@code ```console}) between the lines {@code <!-- session -->} and
 * {@code <!-- /session -->}. A line that begins with {@code "$ "} is a command, and goes on in the next line where it
 * ends with a backslash. The lines below it are its output. In these, {@code …} stands for any characters within a line,
 * and a line that is only {@code …} for any number of lines.
 */
record ConsoleSession(List<Step> steps) {
    private static final String BEGIN = "<!-- session -->";
    private static final String END = "<!-- /session -->";
    private static final String FENCE = "```";
    private static final String PROMPT = "$ ";
    private static final String MASK = "…";

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
                .map(step -> step.command() + "\nprintf '\\n%s\\n' '" + endOfStep + "'\n")
                .collect(Collectors.joining());
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
        if (commandGoesOn) {
            Step last = steps.removeLast();
            steps.add(new Step(last.command() + "\n" + line, last.shown()));
            return line.endsWith("\\");
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
    }
}
