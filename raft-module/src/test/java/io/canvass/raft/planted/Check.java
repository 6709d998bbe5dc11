package io.canvass.raft.planted;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One kind of check, as it is run on a variant.
 *
 * @param heading of its column in the table
 * @param word what it is called in a fault's file, after {@code caught by:}
 * @param packages faults in these are its concern
 * @param inside the class that does it inside the variant (see {@link Variant#ask}); it answers with
 *     {@link Finding#lines}
 * @param whole its arguments for all that it can do about a fault
 */
record Check(
        String heading,
        String word,
        Set<String> packages,
        String inside,
        Function<Fault, List<String>> whole) {
    static final String ENDLESS = "does not end";
    /** What takes longer has failed: sound code ends long before, on a slow machine too. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    static final Check UNIT_TESTS = new Check(
            "unit tests",
            "test",
            Set.of("core", "storage"),
            "io.canvass.raft.planted.UnitTests",
            fault -> List.of(fault.changedPackage()));

    static final Check SCRIPTS = new Check(
            "scripts",
            "script",
            Set.of("core"),
            "io.canvass.raft.script.FailingScripts",
            fault -> List.of());

    static final Check SIMULATOR = new Check(
            "simulator",
            "seeds",
            Set.of("core", "simulation"),
            "io.canvass.raft.simulation.FirstViolation",
            fault -> List.of(System.getProperty("planted.seeds", "2000"), System.getProperty("planted.seconds", "60")));

    static final Check EXPLORATION = new Check(
            "exploration",
            "exploration",
            Set.of("core"),
            "io.canvass.raft.exploration.FirstFindingOfSome",
            fault -> List.of());

    /** The whole store in the simulator: of the service, whose faults lie in its own folder. */
    static final Check RUNS = new Check(
            "runs of the store",
            "runs",
            Set.of("store"),
            "io.canvass.kv.store.ServiceRuns",
            fault -> List.of("100"));

    /** In the order of the columns. A new kind of check needs a class for the inside, and a line here. */
    static final List<Check> ALL = List.of(UNIT_TESTS, SCRIPTS, SIMULATOR, EXPLORATION);

    static Check named(String word) {
        return Stream.concat(ALL.stream(), Stream.of(RUNS))
                .filter(check -> check.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new PlantedFaultException("'" + word + "' is no check"));
    }

    boolean concerns(Fault fault) {
        return packages.contains(fault.changedPackage()) && !fault.notFor().contains(word);
    }

    /** All of it. */
    Finding run(Variant variant, Fault fault) {
        return run(variant, whole.apply(fault));
    }

    /** A part of it that is soon done. */
    Finding run(Variant variant, List<String> arguments) {
        try {
            return Finding.of(variant.ask(inside, arguments, LIMIT));
        } catch (TimeoutException e) {
            return Finding.caught(ENDLESS + " in " + LIMIT.toSeconds() + " s");
        }
    }
}
