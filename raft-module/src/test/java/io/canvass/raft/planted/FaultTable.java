package io.canvass.raft.planted;

import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** {@code docs/planted-faults.md}: what was found, in words and nothing but that. */
final class FaultTable {
    private static final String HEAD = """
            # Planted faults

            Each row is one small change of the source that a careful engineer could make, compiled into a variant, and
            all checks run on it. Written by `bin/planted-faults`. The number leads to the change, and to how one could
            come to make it. Unit tests and scripts: the first that fails, and how many do (of unit tests, those of the
            changed package; properties, whose samples are random, are left out). Simulator: after how many seeds of
            `bin/simulate` which promise is broken. In italics what was tried in vain; a dash: not that check's concern.

            """;

    private FaultTable() {}

    static String of(Map<Fault, Map<Check, Finding>> all) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Check check : Check.ALL) {
            text.append(summary(check, all)).append('\n');
        }
        text.append("\n| fault |");
        Check.ALL.forEach(check -> text.append(' ').append(check.heading()).append(" |"));
        text.append("\n|---|").append("---|".repeat(Check.ALL.size())).append('\n');
        all.forEach((fault, findings) -> text.append(row(fault, findings)));
        return text.toString();
    }

    private static String summary(Check check, Map<Fault, Map<Check, Finding>> all) {
        long concern = all.values().stream().filter(found -> found.containsKey(check)).count();
        String missed = all.entrySet().stream()
                .filter(entry -> isMissed(entry.getValue().get(check)))
                .map(entry -> link(entry.getKey(), number(entry.getKey())))
                .collect(Collectors.joining(", "));
        long caught = all.values().stream().filter(found -> isCaught(found.get(check))).count();
        return "- **" + check.heading() + "** catch " + caught + " of " + concern
                + (missed.isEmpty() ? "." : "; not " + missed + ".");
    }

    private static boolean isCaught(@Nullable Finding finding) {
        return finding != null && finding.caught();
    }

    private static boolean isMissed(@Nullable Finding finding) {
        return finding != null && !finding.caught();
    }

    /** A row up to where the findings begin. */
    static String beginningOf(Fault fault) {
        return "| " + link(fault, number(fault)) + " " + fault.title() + " |";
    }

    private static String row(Fault fault, Map<Check, Finding> findings) {
        StringBuilder row = new StringBuilder(beginningOf(fault));
        for (Check check : Check.ALL) {
            row.append(' ').append(cell(findings.get(check))).append(" |");
        }
        return row.append('\n').toString();
    }

    private static String cell(@Nullable Finding finding) {
        if (finding == null) {
            return "-";
        }
        return finding.caught() ? finding.words() : "*" + finding.words() + "*";
    }

    private static String link(Fault fault, String text) {
        return "[" + text + "](../raft-module/" + Fault.FOLDER + "/" + fault.name() + Fault.ENDING + ")";
    }

    private static String number(Fault fault) {
        return fault.name().substring(0, fault.name().indexOf('-'));
    }
}
