package io.canvass.raft.planted;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

import io.canvass.raft.core.RaftCore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The planting itself: a change is in its variant and nowhere else, and one that does not fit is refused. */
class VariantTest {
    private static final String MAJORITY = "        return voters / 2 + 1;";
    private static final String HALF = "        return voters / 2;";
    private static final List<String> TEST =
            List.of("core.QuorumTest#aMajorityIsMoreThanHalfAndTwoOfThemShareAVoter");

    private static Fault fault(String was, String is) {
        return FaultFile.parse("a-fault", List.of(
                "title: Half is enough",
                "why: For an example.",
                "caught by: test " + TEST.getFirst(),
                "",
                "file: src/main/java/io/canvass/raft/core/Quorum.java",
                "<<<<",
                was,
                "====",
                is,
                ">>>>"));
    }

    @Test
    void aTestThatPassesFailsInAVariantThatBreaksWhatItTests() {
        Check test = Check.UNIT_TESTS;

        assertThat(test.run(Variant.of(fault(MAJORITY, HALF)), TEST).caught()).isTrue();
        assertThat(test.run(Variant.unchanged(), TEST)).isEqualTo(Finding.missed("none of 1"));
    }

    @Test
    void aVariantSharesNoClassWithWhatIsOutside() {
        assertThat(Variant.unchanged().load(RaftCore.class.getName())).isNotSameAs(RaftCore.class);
    }

    @Test
    void whatDoesNotEndIsLeftBehind() {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> Variant.unchanged()
                        .ask(Check.SIMULATOR.inside(), List.of("1000000", "1000"), Duration.ofMillis(1)));
    }

    @Test
    void aChangeOfLinesThatAreNotThereIsRefused() {
        assertThatExceptionOfType(PlantedFaultException.class)
                .isThrownBy(() -> Variant.of(fault("        return voters / 3;", HALF)))
                .withMessageContaining("Nowhere in");
    }

    @Test
    void aChangeOfLinesThatAreThereTwiceIsRefused() {
        assertThatExceptionOfType(PlantedFaultException.class)
                .isThrownBy(() -> Variant.of(fault("    }", HALF)))
                .withMessageContaining("More than once in");
    }

    @Test
    void aChangeThatDoesNotCompileIsRefused() {
        assertThatExceptionOfType(PlantedFaultException.class)
                .isThrownBy(() -> Variant.of(fault(MAJORITY, "        return votes;")))
                .withMessageContaining("a-fault does not compile")
                .withMessageContaining("votes");
    }

    @Test
    void aTestThatIsNotThereIsNoFinding() {
        assertThatExceptionOfType(PlantedFaultException.class)
                .isThrownBy(() -> Check.UNIT_TESTS.run(Variant.unchanged(), List.of("core.QuorumTest#nothing")));
    }
}
