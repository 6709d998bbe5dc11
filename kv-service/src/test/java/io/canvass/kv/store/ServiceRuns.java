package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

import io.canvass.raft.simulation.MachineRuns;

/** Runs of {@link ServiceRunsTest}, one after the other, until a promise breaks. */
public final class ServiceRuns implements Function<List<String>, List<String>> {
    /** @param arguments how many seeds, and the first of them if not 1 */
    public static void main(String[] arguments) {
        List<String> said = new ServiceRuns().apply(List.of(arguments));
        said.forEach(System.out::println);
        System.exit(said.getFirst().equals("caught") ? 1 : 0);
    }

    /** @return caught or missed, and in words which promise broke, or what was run */
    @Override
    public List<String> apply(List<String> arguments) {
        long seeds = Long.parseLong(arguments.getFirst());
        long first = arguments.size() > 1 ? Long.parseLong(arguments.get(1)) : 1;
        long applied = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                Path directory = Files.createTempDirectory("canvass-service-runs");
                try {
                    applied += MachineRuns.run(seed, 1, ServiceMachine.in(directory));
                } finally {
                    new StateDirectories(directory, InstallTrace.NONE).remove(directory);
                }
            } catch (AssertionError broken) {
                Throwable why = broken.getCause() == null ? broken : broken.getCause();
                String line = String.valueOf(why.getMessage()).lines().findFirst().orElse("");
                return List.of("caught", seed + " seeds, " + line, String.valueOf(broken.getMessage()));
            } catch (IOException | RuntimeException e) {
                return List.of("caught", seed + " seeds, " + e, String.valueOf(e.getMessage()));
            }
        }
        return List.of("missed", "not in " + seeds + " seeds; " + applied + " commands were applied");
    }
}
