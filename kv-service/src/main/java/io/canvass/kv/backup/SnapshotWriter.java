package io.canvass.kv.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/** Writes a snapshot ({@link SnapshotFormat}) out of the files of a copy that does not change. */
final class SnapshotWriter {
    private static final int CHUNK_BYTES = 256 << 10;

    private final SnapshotHeader header;
    private final Path directory;
    private final Pace pace;

    /** Waits its turn before so many bytes are read; may end the whole by an exception. */
    interface Pace {
        Pace NONE = bytes -> {};

        void await(int bytes) throws IOException, InterruptedException;
    }

    /** @param directory holds the files that the header names */
    SnapshotWriter(SnapshotHeader header, Path directory, Pace pace) {
        this.header = header;
        this.directory = directory;
        this.pace = pace;
    }

    /**
     * The same bytes each time.
     *
     * @param filesRead runs when the files are needed no more, and before the last bytes are written: who has them all
     *     may rely on its being done
     */
    void write(OutputStream target, Runnable filesRead) throws IOException, InterruptedException {
        MessageDigest all = SnapshotFormat.sha256();
        DigestOutputStream out = new DigestOutputStream(target, all);
        byte[] encoded = header.encode();
        if (encoded.length > SnapshotFormat.MAX_HEADER_BYTES) {
            throw new IOException("The header of a snapshot would have " + encoded.length + " bytes, at most "
                    + SnapshotFormat.MAX_HEADER_BYTES + " are allowed");
        }
        out.write(SnapshotFormat.magic());
        out.write(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(SnapshotFormat.VERSION)
                .putInt(encoded.length)
                .array());
        out.write(encoded);
        out.write(soFar(all));
        byte[] chunk = new byte[CHUNK_BYTES];
        for (SnapshotHeader.File file : header.files()) {
            writeFile(file, out, chunk);
        }
        filesRead.run();
        out.write(soFar(all));
    }

    private void writeFile(SnapshotHeader.File file, OutputStream out, byte[] chunk)
            throws IOException, InterruptedException {
        MessageDigest digest = SnapshotFormat.sha256();
        long left = file.size();
        try (InputStream in = Files.newInputStream(
                directory.resolve(file.path()), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (left > 0) {
                int wanted = (int) Math.min(chunk.length, left);
                pace.await(wanted);
                int read = in.readNBytes(chunk, 0, wanted);
                if (read < wanted) {
                    throw new EOFException("The file " + file.path() + " of the copy ends before its " + file.size()
                            + " bytes");
                }
                digest.update(chunk, 0, read);
                out.write(chunk, 0, read);
                left -= read;
            }
        }
        out.write(digest.digest());
    }

    private static byte[] soFar(MessageDigest digest) {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("The JDK's SHA-256 can be cloned", e);
        }
    }
}
