package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.canvass.kv.config.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a replica promised a leader holds over a restart with other settings. */
class LeasePromiseTest {
    private static final Duration T = Duration.ofSeconds(1);
    private static final Duration OFF = Duration.ZERO;

    @TempDir
    private Path directory;

    private final List<Duration> pauses = new ArrayList<>();

    private Path file() {
        return directory.resolve("LEASE-PROMISE");
    }

    /** Starts so often, each time with what it promises then. */
    private void starts(Duration... promised) {
        for (Duration next : promised) {
            new LeasePromise(file(), pauses::add).begin(next);
        }
    }

    @Test
    void whoNeverPromisedWaitsForNothingAndWritesNothing() {
        starts(OFF, OFF);
        assertThat(pauses).isEmpty();
        assertThat(file()).doesNotExist();
    }

    @Test
    void theSameOrALongerPromiseIsKeptByWhatFollowsAStart() {
        starts(T, T, T.multipliedBy(2));
        assertThat(pauses).isEmpty();
        assertThat(file()).hasContent("2000000000");
    }

    @Test
    void whoTurnsItOffWaitsUntilTheOldPromiseIsOverAndThenForgetsIt() {
        starts(T, OFF, OFF);
        assertThat(pauses).containsExactly(T);
        assertThat(file()).doesNotExist();
    }

    @Test
    void aShorterTimeoutWaitsForTheLongerOneBefore() {
        starts(T.multipliedBy(3), T, T);
        assertThat(pauses).containsExactly(T.multipliedBy(3));
    }

    @Test
    void aNodeThatIsStoppedWhileItWaitsWaitsAgain() {
        starts(T);
        assertThatThrownBy(() -> new LeasePromise(file(), time -> {
            throw new InterruptedException("stopped");
        }).begin(OFF)).hasMessageContaining("Interrupted");
        assertThat(Thread.interrupted()).isTrue();
        starts(OFF);
        assertThat(pauses).containsExactly(T);
    }

    @Test
    void whatSaysNothingCountsAsTheLongest() throws IOException {
        for (String text : new String[] {"", "soon", "-1", "60000000001"}) {
            Files.writeString(file(), text);
            pauses.clear();
            starts(T);
            assertThat(pauses).as(text).containsExactly(LeasePromise.LONGEST);
        }
    }

    @Test
    void whatCannotBeWrittenIsNotPromised() throws IOException {
        Files.createDirectories(file().resolve("in-the-way"));
        assertThatThrownBy(() -> starts(T)).isInstanceOf(InvalidSettingException.class).hasMessageContaining("LEASE-PROMISE");
    }
}
