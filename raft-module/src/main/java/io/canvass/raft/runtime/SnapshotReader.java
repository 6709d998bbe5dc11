package io.canvass.raft.runtime;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.SnapshotManifest.FileEntry;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a snapshot's files one after the other, as parts. No piece reaches into a second file. For one thread.
 */
final class SnapshotReader implements Closeable {
    private final Path directory;
    private final SnapshotManifest manifest;
    private @Nullable FileChannel channel;
    private int file;
    private long offset;
    private long position;

    /** @param position of all bytes, the first that is wanted */
    SnapshotReader(Path directory, SnapshotManifest manifest, long position) {
        this.directory = directory;
        this.manifest = manifest;
        this.position = position;
        this.offset = position;
        while (file < manifest.files().size() && offset >= current().size()) {
            offset -= current().size();
            file++;
        }
    }

    private FileEntry current() {
        return manifest.files().get(file);
    }

    boolean hasNext() {
        return file < manifest.files().size();
    }

    long position() {
        return position;
    }

    /**
     * The next piece.
     *
     * @param maxBytes of the part, its header included
     * @throws IOException also if a file is shorter than the manifest says
     */
    Bytes next(int maxBytes) throws IOException {
        FileEntry entry = current();
        int length = (int) Math.min(maxBytes - SnapshotPart.PIECE_HEADER_BYTES, entry.size() - offset);
        byte[] framed = new byte[SnapshotPart.PIECE_HEADER_BYTES + length];
        FileChannel in = opened(entry);
        ByteBuffer data = ByteBuffer.wrap(framed, SnapshotPart.PIECE_HEADER_BYTES, length);
        while (data.hasRemaining()) {
            long at = offset + data.position() - SnapshotPart.PIECE_HEADER_BYTES;
            if (in.read(data, at) < 0) {
                throw new EOFException(entry.path() + " ends at " + at + ", before its " + entry.size() + " bytes");
            }
        }
        Bytes piece = SnapshotPart.encodePiece(file, offset, framed);
        advance(length);
        return piece;
    }

    private FileChannel opened(FileEntry entry) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(
                    directory.resolve(entry.path()), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            channel = open;
        }
        return open;
    }

    private void advance(int length) throws IOException {
        position += length;
        offset += length;
        if (offset == current().size()) {
            close();
            offset = 0;
            file++;
            while (hasNext() && current().size() == 0) {
                file++;
            }
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
}
