package io.canvass.raft.runtime;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a snapshot consists of: its files, in the order in which their bytes are sent one after the other. Whoever
 * holds one knows that no path in it leads anywhere but below the directory it is written to. Empty directories are
 * not part of a snapshot.
 */
record SnapshotManifest(List<FileEntry> files) {
    static final int MAX_FILES = SnapshotPaths.MAX_FILES;
    static final int MAX_PATH_BYTES = SnapshotPaths.MAX_PATH_BYTES;

    /**
     * @param path below the snapshot's directory, names separated by {@code /}
     * @param size in bytes
     * @param checksum CRC32C of the whole content
     */
    record FileEntry(String path, long size, int checksum) {
        FileEntry {
            if (size < 0) {
                throw new IllegalArgumentException("The file " + path + " of a snapshot has " + size + " bytes");
            }
            if (size == 0 && checksum != 0) {
                throw new IllegalArgumentException("The empty file " + path + " of a snapshot has a checksum");
            }
        }
    }

    /** @throws IllegalArgumentException if there are too many files, or one at a path that is not allowed, or twice */
    SnapshotManifest {
        files = List.copyOf(files);
        SnapshotPaths.require(files.stream().map(FileEntry::path).toList());
        long total = 0;
        for (FileEntry file : files) {
            if (file.size() > Long.MAX_VALUE - total) {
                throw new IllegalArgumentException("A snapshot of more bytes than can be counted");
            }
            total += file.size();
        }
    }

    /** Of all files together. */
    long totalBytes() {
        return files.stream().mapToLong(FileEntry::size).sum();
    }

    int encodedBytes() {
        int size = Integer.BYTES;
        for (FileEntry file : files) {
            size += Short.BYTES + utf8(file.path()).length + Long.BYTES + Integer.BYTES;
        }
        return size;
    }

    void encode(ByteBuffer out) {
        out.putInt(files.size());
        for (FileEntry file : files) {
            byte[] path = utf8(file.path());
            out.putShort((short) path.length).put(path).putLong(file.size()).putInt(file.checksum());
        }
    }

    static SnapshotManifest decode(ByteBuffer in) throws BrokenSnapshotException {
        try {
            int count = in.getInt();
            if (count < 0 || count > MAX_FILES) {
                throw new BrokenSnapshotException(
                        "A snapshot of " + Integer.toUnsignedString(count) + " files; at most " + MAX_FILES
                                + " are taken");
            }
            List<FileEntry> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] path = new byte[Short.toUnsignedInt(in.getShort())];
                in.get(path);
                files.add(new FileEntry(new String(path, StandardCharsets.UTF_8), in.getLong(), in.getInt()));
            }
            if (in.hasRemaining()) {
                throw new BrokenSnapshotException(in.remaining() + " bytes too many in the manifest of a snapshot");
            }
            return new SnapshotManifest(files);
        } catch (BufferUnderflowException e) {
            throw new BrokenSnapshotException("The manifest of a snapshot is cut short", e);
        } catch (IllegalArgumentException e) {
            throw new BrokenSnapshotException(String.valueOf(e.getMessage()), e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
