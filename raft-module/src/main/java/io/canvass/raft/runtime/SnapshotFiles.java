package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import io.canvass.raft.runtime.SnapshotManifest.FileEntry;
import org.jspecify.annotations.Nullable;

/** Directories of snapshots on the disk. No link is ever followed. */
final class SnapshotFiles {
    private static final int READ_BYTES = 1 << 20;

    private SnapshotFiles() {}

    /**
     * Reads every file of a directory once.
     *
     * @param stopped asked now and then; once it says yes, this ends
     * @throws IOException also if the directory holds anything but directories and plain files, or more than a
     *     manifest takes
     * @throws CancellationException if it was stopped
     */
    static SnapshotManifest manifest(Path directory, BooleanSupplier stopped) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(path);
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException(path + " is neither a directory nor a plain file; no snapshot holds such");
                }
            }
        }
        found.sort(Comparator.naturalOrder());
        List<FileEntry> files = new ArrayList<>();
        for (Path path : found) {
            files.add(entry(directory, path, stopped));
        }
        try {
            return new SnapshotManifest(files);
        } catch (IllegalArgumentException e) {
            throw new IOException(directory + " cannot be sent as a snapshot: " + e.getMessage(), e);
        }
    }

    private static FileEntry entry(Path directory, Path path, BooleanSupplier stopped) throws IOException {
        List<String> names = new ArrayList<>();
        directory.relativize(path).forEach(name -> names.add(name.toString()));
        CRC32C crc = new CRC32C();
        long size = 0;
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (channel.read(buffer) >= 0) {
                if (stopped.getAsBoolean()) {
                    throw new CancellationException("No snapshot is wanted any more");
                }
                size += buffer.position();
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return new FileEntry(String.join("/", names), size, (int) crc.getValue());
    }

    /** Removes it with all it holds, if it exists. A link in it is removed, not what it leads to. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Makes sure that it is an empty directory: what was left in it is removed.
     *
     * @throws IOException also if something else than a directory is there
     */
    static void prepareEmpty(Path directory) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                && !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is to hold snapshots for a while but is no directory; nothing was"
                    + " removed. Move it away.");
        }
        delete(directory);
        Files.createDirectories(directory);
    }

    /** Makes the names in a directory durable. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
