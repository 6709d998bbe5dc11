package io.canvass.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Two renderings as they are, so that a change of the chart shows in review as what it changes. docs/testing.md renews them. */
class GoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"three-nodes", "everything"})
    void theRenderingIsTheOneThatWasReviewed(String set) throws IOException {
        Path golden = Chart.resources().resolve("golden").resolve(set + ".yaml");
        String rendered = Chart.manifests(set).stripTrailing() + "\n";
        if (Boolean.getBoolean("chart.golden.renew")) {
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).as("mvn -pl chart-tests test -Dtest=GoldenTest -Dchart.golden.renew=true, and look at the difference")
                .isEqualTo(Chart.text(golden));
    }
}
