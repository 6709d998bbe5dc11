package io.canvass.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process, and in it one store, per directory: the file {@value #FILE}, locked, with the process id as its
 * content.
 */
final class DirectoryLock implements AutoCloseable {
    static final String FILE = "LOCK.canvass";

    private static final int MAX_CONTENT_BYTES = 64;

    /**
     * The directories that this JVM holds. Static, because the operating system's lock is per process: it would let a
     * second store of this JVM in, and to open and close the file a second time would release the lock of the first.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path realDirectory;
    private final FileChannel channel;

    private DirectoryLock(Path realDirectory, FileChannel channel) {
        this.realDirectory = realDirectory;
        this.channel = channel;
    }

    /** @throws StorageException if another store holds the directory, or it cannot be locked */
    static DirectoryLock acquire(Path directory) {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException e) {
            throw Refusal.of(directory, "an error (" + e + ")", "a readable directory",
                    "Check the path and permissions.", e);
        }
        if (!HELD.add(real)) {
            throw Refusal.of(directory, "it is open in this very process already", "one store per directory",
                    "Close the other store first, or give each node a directory of its own.");
        }
        try {
            FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            DirectoryLock lock = new DirectoryLock(real, channel);
            lock.lock(directory);
            return lock;
        } catch (IOException e) {
            HELD.remove(real);
            throw unlockable(directory, e);
        }
    }

    private void lock(Path directory) {
        try {
            if (channel.tryLock() == null) {
                throw Refusal.of(directory, "it is locked by another running process (" + content() + ")",
                        "a directory that no other process uses",
                        "Stop that process, or give this node a directory of its own. Do not delete " + FILE
                                + ": the lock ends with its process by itself.");
            }
            byte[] content = ("process id " + ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0).write(ByteBuffer.wrap(content), 0);
        } catch (IOException e) {
            closeAfter(e);
            throw unlockable(directory, e);
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private static StorageException unlockable(Path directory, IOException e) {
        return Refusal.of(directory, "an error when locking " + FILE + " (" + e + ")",
                "a local file system with locks, where this user may write",
                "Check permissions, free space, and where this directory is mounted from.", e);
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private String content() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_CONTENT_BYTES);
        int size = Math.max(0, channel.read(content, 0));
        return new String(content.array(), 0, size, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(realDirectory);
        }
    }
}
