package io.canvass.kv.api.http;

import java.time.Duration;

import io.canvass.kv.api.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms, 500ms", "0ms, 0s", "1000ms, 1s", "30s, 30s", "90s, 90s", "60s, 1m", "15m, 15m", "24h, 1d",
            "36h, 36h", "7d, 7d", "999999999d, 999999999d"})
    void aDurationIsReadAndWritten(String text, String written) {
        assertThat(Durations.parse(text).map(Durations::format)).contains(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1m30s", "1w", "1234567890s", "٣s", "1s\n"})
    void everythingElseIsNone(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @Test
    void bothBoundsBelongToTheRange() {
        Duration least = Duration.ofSeconds(1);
        Duration most = Duration.ofMinutes(2);
        assertThat(Durations.parse("ttl", "1s", least, most)).isEqualTo(least);
        assertThat(Durations.parse("ttl", "120s", least, most)).isEqualTo(most);
        assertThatThrownBy(() -> Durations.parse("ttl", "999ms", least, most))
                .hasMessageContaining("ttl is '999ms'").hasMessageContaining("from 1s to 2m");
        assertThatThrownBy(() -> Durations.parse("ttl", "121s", least, most)).isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> Durations.parse("ttl", "soon", least, most)).isInstanceOf(ProblemException.class);
    }
}
