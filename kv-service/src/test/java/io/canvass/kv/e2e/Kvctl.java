package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The operator's tools, from the same jar as the nodes. */
final class Kvctl {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Kvctl() {}

    static Shell.Result run(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Repository.java()));
        command.addAll(Repository.application());
        command.add("kvctl");
        command.addAll(List.of(arguments));
        return Shell.run(folder, LIMIT, command);
    }
}
