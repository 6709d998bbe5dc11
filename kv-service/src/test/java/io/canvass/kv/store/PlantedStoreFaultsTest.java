package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.planted.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the judges of {@link ServiceRunsTest} can judge: each small change of the real store in {@code src/test/resources/planted} is
 * caught by the runs that its file names. The form of the files is told in the consensus module's folder of the same name.
 */
class PlantedStoreFaultsTest {
    static List<Fault> faults() {
        return Fault.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void eachFaultIsCaughtByTheRunsThatItNames(Fault fault) {
        assertThat(fault.found()).isNotEmpty().allSatisfy((check, finding) -> {
            assertThat(finding).as(check + " on " + fault).isPresent();
            // A promise that broke, and not a compile error or a mishap of the harness.
            assertThat(finding.orElseThrow()).as(check).containsPattern("seeds, [A-Z][A-Za-z]+: ");
        });
    }

    @Test
    void theTableListsTheFaultsThatThereAre() throws IOException {
        String text = Files.readString(Path.of("../docs/simulation.md"));
        assertThat(faults()).isNotEmpty().allSatisfy(fault -> assertThat(text).contains("| " + fault.title() + " |"));
    }
}
