package io.canvass.kv.members;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import io.canvass.kv.config.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RemovedMarkerTest {
    private static final Removal REMOVAL = new Removal(Instant.parse("2026-01-02T03:04:05Z"), 7, 42);

    @TempDir
    private Path data;

    @Test
    void aRemovedNodeIsRefusedWithAllThatIsKnownOfIt() throws IOException {
        RemovedMarker marker = new RemovedMarker(data.resolve("REMOVED"));
        marker.requireMissing("kv-3", data);
        marker.write(REMOVAL);
        assertThatThrownBy(() -> marker.requireMissing("kv-3", data))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll(
                        data.toString(), "kv-3 was removed from its cluster", "at=2026-01-02T03:04:05Z", "epoch=7", "index=42",
                        "kvctl member rejoin --wipe");
        try (var files = Files.list(data)) {
            assertThat(files).containsExactly(data.resolve("REMOVED"));
        }
    }

    @Test
    void whatWasWrittenFirstStays() throws IOException {
        RemovedMarker marker = new RemovedMarker(data.resolve("REMOVED"));
        marker.write(REMOVAL);
        marker.write(new Removal(Instant.EPOCH, 8, 43));
        assertThat(data.resolve("REMOVED")).content().contains("index=42");
    }

    @Test
    void aMarkerThatCannotBeReadCountsAllTheSame() throws IOException {
        Files.createDirectory(data.resolve("REMOVED"));
        assertThatThrownBy(() -> new RemovedMarker(data.resolve("REMOVED")).requireMissing("kv-3", data))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("cannot be read");
    }
}
