package io.canvass.raft.planted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * One kind of check, as it is run on a variant.
 *
 * @param heading of its column in the table
 * @param word what it is called in a fault's file, after {@code caught by:}
 * @param inside the class that does it inside the variant (see {@link Variant#ask}); it answers with {@link Finding#lines}
 * @param always its first arguments, whatever else it is given
 * @param whole its further arguments for all that it can do about a fault
 * @param atMost what takes longer has failed: sound code ends long before
 */
record Check(
        String heading,
        String word,
        String inside,
        List<String> always,
        Function<Fault, List<String>> whole,
        Duration atMost) {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final Duration LATE = Duration.ofMinutes(4);

    static final Check UNIT_TESTS = new Check(
            "unit tests",
            "test",
            "io.canvass.raft.planted.UnitTests",
            List.of("junit-jupiter"),
            fault -> List.of(fault.changedPackage()),
            LATE);

    static final Check PROPERTIES = new Check(
            "properties",
            "property",
            "io.canvass.raft.planted.UnitTests",
            List.of("jqwik"),
            fault -> List.of(fault.changedPackage()),
            LATE);

    static final Check SCRIPTS = new Check(
            "scripts", "script", "io.canvass.raft.script.FailingScripts", List.of(), fault -> List.of(), LATE);

    static final Check SIMULATOR = new Check(
            "simulator",
            "seeds",
            "io.canvass.raft.simulation.FirstViolation",
            List.of(),
            fault -> List.of(System.getProperty("planted.seeds", "2000"), System.getProperty("planted.seconds", "60")),
            LATE);

    /** In the order of the columns. A new kind of check needs a class for the inside, and a line here. */
    static final List<Check> ALL = List.of(UNIT_TESTS, PROPERTIES, SCRIPTS, SIMULATOR);

    static Check named(String word) {
        return ALL.stream()
                .filter(check -> check.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new PlantedFaultException("'" + word + "' is no check"));
    }

    /** All of it. */
    Finding run(Variant variant, Fault fault) {
        return run(variant, whole.apply(fault), atMost);
    }

    /** A part of it that is soon done. */
    Finding run(Variant variant, List<String> arguments) {
        return run(variant, arguments, SOON);
    }

    private Finding run(Variant variant, List<String> arguments, Duration limit) {
        List<String> given = new ArrayList<>(always);
        given.addAll(arguments);
        try {
            return Finding.of(variant.ask(inside, given, limit));
        } catch (TimeoutException e) {
            return Finding.caught("does not end in " + limit.toSeconds() + " s");
        }
    }
}
