package io.canvass.kv.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the operating system says of a disk. */
final class SystemDisk {
    private SystemDisk() {}

    /** Of a directory that is not there yet, the disk that it would be made on. */
    static FreeSpace.Room room(Path directory) throws IOException {
        Path existing = directory.toAbsolutePath().normalize();
        while (Files.notExists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        FileStore store = Files.getFileStore(existing);
        return new FreeSpace.Room(store.getUsableSpace(), store.getTotalSpace());
    }
}
