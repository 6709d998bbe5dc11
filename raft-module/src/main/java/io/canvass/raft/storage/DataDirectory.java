package io.canvass.raft.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory around the database, locked while this object is open. It holds the lock file and {@code db}, the
 * database. {@code db} appears by one atomic rename when its content is complete: a crash while formatting leaves
 * nothing that looks like a store, and an existing {@code db} without an identity is surely damage, never a half-made
 * store (HAZARDS E3).
 */
final class DataDirectory implements AutoCloseable {
    static final String DATABASE = "db";
    static final String UNFINISHED = "db.formatting";

    /**
     * What may lie in a directory that is to be formatted. A file system of its own has {@code lost+found} at its
     * root.
     */
    private static final Set<String> NOT_FOREIGN = Set.of(DirectoryLock.FILE, UNFINISHED, "lost+found");

    private static final String FREE_PATH = "Give this node an empty directory, or one that does not exist yet.";

    private final Path path;
    private final DirectoryLock lock;

    private DataDirectory(Path path, DirectoryLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates the directory if it is missing and locks it.
     *
     * @throws StorageException if that is not possible
     */
    static DataDirectory claim(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.notExists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            create(absolute);
        }
        if (!Files.isDirectory(absolute)) {
            throw Refusal.of(absolute, Files.exists(absolute) ? "a file" : "something that cannot be looked at",
                    "a directory", FREE_PATH);
        }
        if (!Files.isWritable(absolute)) {
            throw Refusal.of(absolute, "a directory that this process may not write to", "a writable one",
                    "Give it to the user that runs this process (" + System.getProperty("user.name", "unknown")
                            + "), and check that the file system is not mounted read-only.");
        }
        return new DataDirectory(absolute, DirectoryLock.acquire(absolute));
    }

    private static void create(Path absolute) {
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw Refusal.of(absolute, "no such directory, and its parent " + parent + " is not a directory either",
                    "a directory, or a parent to create it in",
                    "Create " + parent + ", or check that the volume is mounted and the path is spelled right.");
        }
        try {
            Files.createDirectory(absolute);
            sync(parent);
        } catch (IOException e) {
            throw Refusal.of(absolute, "no such directory, and it could not be created (" + e + ")",
                    "a directory, or a parent that this process may write to",
                    "Make " + parent + " writable for the user that runs this process ("
                            + System.getProperty("user.name", "unknown") + ").", e);
        }
    }

    Path path() {
        return path;
    }

    Path database() {
        return path.resolve(DATABASE);
    }

    /**
     * Whether a complete database is here.
     *
     * @throws StorageException if there is none, but files that are not Canvass'
     */
    boolean isFormatted() {
        if (Files.isDirectory(database())) {
            return true;
        }
        List<String> foreign;
        try (Stream<Path> files = Files.list(path)) {
            foreign = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !NOT_FOREIGN.contains(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw Refusal.of(path, "an error when listing it (" + e + ")", "a readable directory",
                    "Check permissions.", e);
        }
        if (!foreign.isEmpty()) {
            throw Refusal.of(path, "files that Canvass has not written: " + someOf(foreign),
                    "an empty directory or a Raft store", FREE_PATH + " Nothing here was changed.");
        }
        return false;
    }

    private static String someOf(List<String> names) {
        int shown = 5;
        return names.size() <= shown
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, shown)) + " and " + (names.size() - shown) + " more";
    }

    /** Where to build a database; what an earlier attempt left there is deleted. */
    Path newUnfinished() {
        Path unfinished = path.resolve(UNFINISHED);
        try {
            if (Files.exists(unfinished)) {
                deleteTree(unfinished);
            }
            return unfinished;
        } catch (IOException e) {
            throw Refusal.of(path, "a half-formatted database that could not be deleted (" + e + ")",
                    "an empty directory", "Delete " + unfinished + " by hand; it was never in use.", e);
        }
    }

    /** Makes the unfinished database the database: durably, and at once or not at all. */
    void publishUnfinished() {
        try {
            Files.move(path.resolve(UNFINISHED), database(), StandardCopyOption.ATOMIC_MOVE);
            sync(path);
        } catch (IOException e) {
            throw Refusal.of(path, "an error when renaming " + UNFINISHED + " (" + e + ")", "a formatted directory",
                    "Check the disk, then start this node again.", e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        List<Path> deepestLast;
        try (Stream<Path> tree = Files.walk(root)) {
            deepestLast = tree.toList();
        }
        for (Path path : deepestLast.reversed()) {
            Files.delete(path);
        }
    }

    /** A new name is durable only when its directory is (HAZARDS E12). */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
