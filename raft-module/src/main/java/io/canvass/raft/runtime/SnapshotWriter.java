package io.canvass.raft.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

import io.canvass.raft.runtime.SnapshotManifest.FileEntry;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one snapshot, each as long as the manifest says and with the checksum it says. A file that is
 * whole is durable. For one thread.
 */
final class SnapshotWriter implements Closeable {
    private final Path directory;
    private final SnapshotManifest manifest;
    private final Set<Path> directories = new TreeSet<>();
    private final CRC32C crc = new CRC32C();
    private @Nullable FileChannel channel;
    private int file;
    private long offset;
    private long received;

    /**
     * @param directory is made here
     * @throws IOException if it exists, or cannot be made
     */
    SnapshotWriter(Path directory, SnapshotManifest manifest) throws IOException {
        this.directory = directory;
        this.manifest = manifest;
        Files.createDirectory(directory);
        directories.add(directory);
        finishEmptyFiles();
    }

    SnapshotManifest manifest() {
        return manifest;
    }

    /** How many bytes are written, of all files in their order: where to go on. */
    long received() {
        return received;
    }

    /**
     * @throws BrokenSnapshotException if this piece is not the next one; then nothing was written
     * @throws CorruptFileException if with it a file is there that is not the one of the manifest
     */
    void take(SnapshotPart.Piece piece) throws IOException, BrokenSnapshotException, CorruptFileException {
        int length = piece.data().remaining();
        if (file == manifest.files().size()) {
            throw new BrokenSnapshotException("A piece after the end of a snapshot");
        }
        FileEntry entry = manifest.files().get(file);
        if (piece.file() != file || piece.offset() != offset) {
            throw new BrokenSnapshotException("A piece of file " + piece.file() + " at " + piece.offset()
                    + " where file " + file + " at " + offset + " is next");
        }
        if (length == 0 || length > entry.size() - offset) {
            throw new BrokenSnapshotException("A piece of " + length + " bytes at " + offset + " of " + entry.path()
                    + ", which has " + entry.size());
        }
        ByteBuffer data = piece.data().duplicate();
        crc.update(data.duplicate());
        FileChannel out = opened(entry);
        while (data.hasRemaining()) {
            out.write(data);
        }
        offset += length;
        received += length;
        if (offset == entry.size()) {
            finishFile(entry);
            finishEmptyFiles();
        }
    }

    private void finishEmptyFiles() throws IOException {
        while (file < manifest.files().size() && manifest.files().get(file).size() == 0) {
            FileEntry entry = manifest.files().get(file);
            opened(entry);
            try {
                finishFile(entry);
            } catch (CorruptFileException e) {
                throw new IllegalStateException("An empty file has a checksum", e);
            }
        }
    }

    private FileChannel opened(FileEntry entry) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            Path path = directory.resolve(entry.path());
            makeDirectories(path);
            open = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            channel = open;
        }
        return open;
    }

    private void makeDirectories(Path path) throws IOException {
        Path made = directory;
        for (Path name : directory.relativize(path).normalize()) {
            if (!directories.contains(made)) {
                Files.createDirectory(made);
                directories.add(made);
            }
            made = made.resolve(name);
        }
        if (!made.equals(path)) {
            throw new IOException("The path " + path + " leads out of " + directory);
        }
    }

    private void finishFile(FileEntry entry) throws IOException, CorruptFileException {
        FileChannel whole = opened(entry);
        if ((int) crc.getValue() != entry.checksum()) {
            throw new CorruptFileException(
                    "The file " + entry.path() + " of a snapshot is not as its manifest says: its checksum differs");
        }
        whole.force(true);
        close();
        crc.reset();
        file++;
        offset = 0;
    }

    /**
     * Makes it durable.
     *
     * @throws BrokenSnapshotException if not all of it is there
     */
    void finish() throws IOException, BrokenSnapshotException {
        if (file < manifest.files().size()) {
            throw new BrokenSnapshotException(
                    "The end of a snapshot of which " + received + " of " + manifest.totalBytes() + " bytes are there");
        }
        for (Path each : directories) {
            SnapshotFiles.sync(each);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    /** A whole file that is not the one of the manifest: it is not known which of its pieces is wrong. */
    static final class CorruptFileException extends Exception {
        CorruptFileException(String message) {
            super(message);
        }
    }
}
