package io.canvass.raft.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A check that has never failed is not yet a check: each planted fault fits the source as it is, and every quick check
 * that its file names catches it, and finds nothing without it.
 */
class PlantedFaultFilesTest {
    static List<Fault> faults() {
        return Fault.all();
    }

    static Set<QuickCheck> quickChecks() {
        Set<QuickCheck> checks = new LinkedHashSet<>();
        faults().forEach(fault -> checks.addAll(fault.caughtBy()));
        return checks;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void eachFaultIsCaughtByTheChecksThatItNames(Fault fault) {
        Variant variant = Variant.of(fault);
        for (QuickCheck check : fault.caughtBy()) {
            assertThat(check.run(variant)).as(check.toString()).matches(Finding::caught, "catches " + fault);
        }
    }

    @Test
    void eachOfTheFourLocksIsShownByAScript() {
        for (int lock = 1; lock <= 4; lock++) {
            String title = "Lock " + lock + ":";
            assertThat(faults().stream().filter(fault -> fault.title().startsWith(title)))
                    .isNotEmpty()
                    .allSatisfy(fault -> assertThat(fault.caughtBy()).anyMatch(check -> check.word().equals("script")));
        }
    }

    @Test
    void theTableListsTheFaultsThatThereAre() throws IOException {
        String table = Files.readString(Path.of("../docs/planted-faults.md"));
        List<String> rows = table.lines().filter(line -> line.startsWith("| [")).toList();

        assertThat(rows).as("bin/planted-faults writes the table anew").hasSameSizeAs(faults());
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i)).startsWith(FaultTable.beginningOf(faults().get(i)));
        }
    }

    @Test
    void noneOfTheseChecksFindsAnythingInTheSourceAsItIs() {
        Variant unchanged = Variant.unchanged();
        for (QuickCheck check : quickChecks()) {
            assertThat(check.run(unchanged))
                    .as(check.toString())
                    .matches(finding -> !finding.caught(), "finds nothing");
        }
    }
}
