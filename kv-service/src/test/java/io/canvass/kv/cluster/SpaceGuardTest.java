package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.disk.FreeSpace;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Put;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SpaceGuardTest {
    private static final Command PUT =
            Command.newBuilder().setPut(Put.getDefaultInstance()).build();
    private static final Command DELETE =
            Command.newBuilder().setDelete(Delete.getDefaultInstance()).build();

    @Test
    void withRoomNothingIsRefused() {
        SpaceGuard guard = Disks.withRoom();
        assertThat(guard.refusalOf(PUT)).isEmpty();
        assertThat(guard.alarms()).isEmpty();
    }

    @Test
    void whereTooManyVotersAreShortWritesThatGrowAreRefusedAndDeletesGoOn() {
        SpaceGuard guard = Disks.withRoom();
        guard.votersShort(Optional.of("the disks of kv-2, kv-3 are nearly full"));
        assertThat(guard.refusalOf(PUT)).hasValueSatisfying(shortage -> {
            assertThat(shortage.why()).contains("kv-2, kv-3");
            assertThat(shortage.reason()).isEqualTo(ReplicationException.Reason.READ_ONLY);
        });
        assertThat(guard.refusalOf(DELETE)).isEmpty();
        assertThat(guard.alarms()).singleElement().asString().startsWith("DISK_LOW: ");
        assertThat(guard.ownShortage()).as("told to a leader").isEmpty();

        guard.votersShort(Optional.empty());
        assertThat(guard.refusalOf(PUT)).isEmpty();
    }

    @Test
    void aSharedReserveIsMeasuredForEachDirectory() {
        try (FreeSpace space = FreeSpace.watch(List.of(Path.of("a"), Path.of("b")), 1, Duration.ofMinutes(1))) {
            assertThat(space.disks()).hasSize(2);
        }
    }
}
