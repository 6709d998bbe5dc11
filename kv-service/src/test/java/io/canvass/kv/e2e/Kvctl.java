package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The operator's tools of the jar, each call in a process of its own. */
final class Kvctl {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Kvctl() {}

    /** Runs a command that is to succeed, and returns what it printed. */
    static String run(Path folder, Object... arguments) {
        Shell.Result result = result(folder, arguments);
        assertThat(result.exitValue()).as("%s", result).isZero();
        return result.out();
    }

    static Shell.Result result(Path folder, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(Repository.java()));
        command.addAll(Repository.application());
        command.add("kvctl");
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Shell.run(folder, LIMIT, command);
    }
}
