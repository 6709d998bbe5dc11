package io.canvass.kv.fuzz;

import java.util.List;
import java.util.regex.Pattern;

/** What a node that is asked nonsense may write into its log, and what not. */
public final class NodeLog {
    private static final Pattern LEVEL = Pattern.compile("^\\S+ (?:WARN|ERROR) ");

    /** That strangers call at the peer port is worth a line for each kind, now and then. */
    private static final Pattern EXPECTED = Pattern.compile("^\\S+ WARN  Refusals: Refused from ");

    private NodeLog() {}

    /** Warnings and errors beyond those, and stack traces. */
    public static List<String> complaints(String log) {
        return log.lines()
                .filter(line -> (LEVEL.matcher(line).find() && !EXPECTED.matcher(line).find())
                        || line.startsWith("\tat ")
                        || line.contains("OutOfMemoryError"))
                .toList();
    }
}
