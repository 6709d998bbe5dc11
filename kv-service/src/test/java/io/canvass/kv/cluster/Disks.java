package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.canvass.kv.disk.FreeSpace;

/** Disks for tests of what is not about disks. */
final class Disks {
    private Disks() {}

    /** One that no write is refused for. */
    static SpaceGuard withRoom() {
        FreeSpace space = FreeSpace.watch(List.of(Path.of("")), 0, Duration.ofMinutes(1));
        space.close();
        return new SpaceGuard(space);
    }
}
