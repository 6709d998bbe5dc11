package io.canvass.raft.exploration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;

import io.canvass.raft.planted.Fault;
import io.canvass.raft.planted.Variant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A check that has never failed is not yet a check: with the locks on a stale grant taken out of the core
 * (PREVOTE.md, Four locks), the exploration finds what they are there for, and tells it as it is kept; {@code
 * -Dexploration.update=true} writes that anew.
 */
class ExplorationOfFaultsTest {
    private static final Path FOLDER = Path.of("src/test/resources/exploration");
    /** No limit of the test, but one for a search that does not end. */
    private static final Duration AT_MOST = Duration.ofMinutes(8);

    private static List<String> explore(String fault, String world) throws TimeoutException {
        Variant variant = Variant.of(Fault.read(FOLDER.resolve(fault + ".fault")));
        return variant.ask(FirstFinding.class.getName(), Arrays.asList(world.split(" ", -1)), AT_MOST);
    }

    @ParameterizedTest
    @CsvSource({
        "locks-1-and-3, --timeouts 2 --in-flight 3 --heartbeats 0, NoCandidateWithoutGrantsOfItsRound",
        "lock-1-contact-not-noted, --led 1 --timeouts 2, NoCandidateWithoutGrantsOfItsRound",
        "lock-2-any-round-counts, --timeouts 2 --in-flight 3 --heartbeats 0, NoCandidateWithoutGrantsOfItsRound",
        "lock-3-no-guard, --timeouts 2 --in-flight 3 --pauses 1, NoCandidateWithoutGrantsOfItsRound",
        "lock-3-timer-not-asked, --timeouts 2 --in-flight 3 --pauses 1, NoCandidateWithoutGrantsOfItsRound",
        "lock-4-next-round-at-once, --led 1 --timeouts 2, RoundsBeginByTimer",
        "lock-4-short-backoff, --led 1 --timeouts 2, RoundsBeginByTimer"
    })
    void withoutALockTheShortestWayToTheFaultIsTold(String fault, String world, String invariant)
            throws IOException, TimeoutException {
        List<String> found = explore(fault, world);
        assertThat(found.getFirst()).isEqualTo("caught");
        assertThat(found.get(1)).startsWith(invariant + " after ");

        List<String> told = new ArrayList<>(List.of("bin/explore " + world + ": " + found.get(1), ""));
        told.addAll(found.subList(2, found.size()));
        String printed = String.join("\n", told) + "\n";
        Path kept = FOLDER.resolve(fault + ".txt");
        if (Boolean.getBoolean("exploration.update")) {
            Files.writeString(kept, printed, StandardCharsets.UTF_8);
        }
        assertThat(kept).as("-Dexploration.update=true makes it").exists();
        assertThat(printed).isEqualTo(Files.readString(kept, StandardCharsets.UTF_8));
    }

    /** Defence in depth: each of these is one of two that say the same, and the other one is enough. */
    @ParameterizedTest
    @CsvSource({
        "lock-1-round-stays-open",
        "lock-2-round-id-not-compared",
        "lock-2-correlation-not-compared",
        "lock-3-contact-not-asked"
    })
    void whatAnotherLockMakesGoodBreaksNothing(String fault) throws TimeoutException {
        List<String> found = explore(fault, "--timeouts 2 --in-flight 3 --heartbeats 0");
        assertThat(found.getFirst()).isEqualTo("missed");
        assertThat(found.get(1)).startsWith("all of its states: ");
    }
}
