package io.canvass.kv.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import io.canvass.raft.core.Bytes;

/**
 * Reads a snapshot ({@link SnapshotFormat}) strictly: not one byte may differ, be missing or follow. Never holds more
 * of it in memory than its header. For one thread, once.
 */
final class SnapshotReader {
    private static final int CHUNK_BYTES = 256 << 10;

    private final InputStream source;
    private final long maxBytes;
    private final MessageDigest digest = SnapshotFormat.sha256();
    private long position;
    private Bytes contentDigest = Bytes.EMPTY;

    /** @param maxBytes more than that of the whole are not read */
    SnapshotReader(InputStream source, long maxBytes) {
        this.source = source;
        this.maxBytes = maxBytes;
    }

    /** Of the whole, once it is read: the SHA-256 with which it ends. Two snapshots with the same are the same. */
    Bytes contentDigest() {
        return contentDigest;
    }

    /**
     * Reads all of it and writes its files below a directory, durably.
     *
     * @param directory exists and is empty
     * @throws InvalidSnapshotException if it is broken
     * @throws SnapshotTooLargeException if it is larger than allowed
     * @throws IOException if the stream or the disk fails
     */
    SnapshotHeader extract(Path directory) throws IOException, InvalidSnapshotException, SnapshotTooLargeException {
        SnapshotHeader header = header();
        if (header.totalBytes() > maxBytes) {
            throw new SnapshotTooLargeException(header.totalBytes(), maxBytes);
        }
        Set<Path> directories = new TreeSet<>();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (SnapshotHeader.File file : header.files()) {
            Path target = directory.resolve(file.path());
            makeDirectories(directory, target, directories);
            extract(file, target, chunk);
        }
        byte[] expected = soFar();
        byte[] found = read(SnapshotFormat.DIGEST_BYTES, "the digest at its end");
        if (!MessageDigest.isEqual(expected, found)) {
            throw new InvalidSnapshotException("its content does not match the digest at its end");
        }
        contentDigest = Bytes.wrap(found);
        if (source.read() >= 0) {
            throw new InvalidSnapshotException("something follows its end, after " + position + " bytes");
        }
        for (Path made : directories) {
            sync(made);
        }
        sync(directory);
        return header;
    }

    /** The beginning of it, with which the reading begins. */
    SnapshotHeader header() throws IOException, InvalidSnapshotException {
        byte[] magic = source.readNBytes(SnapshotFormat.magic().length);
        took(magic, magic.length);
        if (!Arrays.equals(magic, SnapshotFormat.magic())) {
            throw new InvalidSnapshotException("it does not begin as a snapshot of Canvass does");
        }
        ByteBuffer fixed = ByteBuffer.wrap(read(2 * Integer.BYTES, "its version"));
        int version = fixed.getInt();
        if (version != SnapshotFormat.VERSION) {
            throw new InvalidSnapshotException("it has format " + version + "; this version reads format "
                    + SnapshotFormat.VERSION + " only");
        }
        int length = fixed.getInt();
        if (length < 0 || length > SnapshotFormat.MAX_HEADER_BYTES) {
            throw new InvalidSnapshotException("it announces a header of " + Integer.toUnsignedString(length)
                    + " bytes; at most " + SnapshotFormat.MAX_HEADER_BYTES + " are allowed");
        }
        byte[] header = read(length, "its header");
        byte[] expected = soFar();
        if (!MessageDigest.isEqual(expected, read(SnapshotFormat.DIGEST_BYTES, "the digest of its header"))) {
            throw new InvalidSnapshotException("its header does not match the digest after it");
        }
        return SnapshotHeader.decode(header);
    }

    private void extract(SnapshotHeader.File file, Path target, byte[] chunk)
            throws IOException, InvalidSnapshotException {
        String where = "the file " + file.path();
        MessageDigest own = SnapshotFormat.sha256();
        try (FileChannel channel = FileChannel.open(
                target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            long left = file.size();
            while (left > 0) {
                int read = source.readNBytes(chunk, 0, (int) Math.min(chunk.length, left));
                if (read == 0) {
                    throw endsIn(where);
                }
                took(chunk, read);
                own.update(chunk, 0, read);
                ByteBuffer data = ByteBuffer.wrap(chunk, 0, read);
                while (data.hasRemaining()) {
                    channel.write(data);
                }
                left -= read;
            }
            channel.force(true);
        }
        if (!MessageDigest.isEqual(own.digest(), read(SnapshotFormat.DIGEST_BYTES, "the digest of " + where))) {
            throw new InvalidSnapshotException(where + " does not match its digest");
        }
    }

    private byte[] read(int length, String what) throws IOException, InvalidSnapshotException {
        byte[] bytes = source.readNBytes(length);
        took(bytes, bytes.length);
        if (bytes.length < length) {
            throw endsIn(what);
        }
        return bytes;
    }

    private InvalidSnapshotException endsIn(String what) {
        return new InvalidSnapshotException("it ends after " + position + " bytes, within " + what);
    }

    private void took(byte[] bytes, int length) {
        digest.update(bytes, 0, length);
        position += length;
    }

    private byte[] soFar() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("The JDK's SHA-256 can be cloned", e);
        }
    }

    /** The path was checked: it leads down from the root. */
    private static void makeDirectories(Path root, Path file, Set<Path> made) throws IOException {
        Path parent = file.getParent();
        if (parent != null && !parent.equals(root) && made.add(parent)) {
            makeDirectories(root, parent, made);
            Files.createDirectory(parent);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
