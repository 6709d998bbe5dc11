package io.canvass.kv.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.rocksdb.RocksDBException;

/**
 * The directory of the store: {@code state-1}, {@code state-2}, ..., each a RocksDB, and the file {@code ACTIVE} that
 * names the one that counts. A copy is installed beside it and becomes the state by the renaming of one file, so that a
 * crash leaves the old state or the new one; whatever {@code ACTIVE} does not name is a leftover (HAZARDS G6, E12).
 */
final class StateDirectories {
    private static final String ACTIVE = "ACTIVE";
    private static final String ACTIVE_TEMPORARY = "ACTIVE.tmp";
    private static final String PREFIX = "state-";
    private static final String FIRST = PREFIX + "1";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[1-9][0-9]{0,17}");
    /** The only files of RocksDB that it never writes to again, so that a copy may share them. */
    static final String TABLE_SUFFIX = ".sst";

    private final Path root;
    private final InstallTrace trace;

    StateDirectories(Path root, InstallTrace trace) {
        this.root = root;
        this.trace = trace;
    }

    Path root() {
        return root;
    }

    /** Where the first state of all is made. */
    Path first() {
        return root.resolve(FIRST);
    }

    /** Makes the root, durably. */
    void createRoot() {
        try {
            Files.createDirectories(root);
            Path parent = root.toAbsolutePath().getParent();
            if (parent != null) {
                sync(parent);
            }
        } catch (IOException e) {
            throw new StoreException("The directory " + root + " for the state store cannot be created: " + e, e);
        }
    }

    /** The state that counts; empty before the first one is complete. */
    Optional<Path> active() {
        String name;
        try {
            name = Files.readString(root.resolve(ACTIVE), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            requireNothingButFirst();
            return Optional.empty();
        } catch (IOException e) {
            throw new StoreException("The file " + root.resolve(ACTIVE) + " cannot be read: " + e, e);
        }
        Path active = root.resolve(name);
        if (!NAME.matcher(name).matches() || !Files.isDirectory(active)) {
            throw new StoreException("The file " + root.resolve(ACTIVE) + " names no state store beside it. Nothing"
                    + " was changed." + StoreException.REMEDY);
        }
        return Optional.of(active);
    }

    /** A crash leaves no other state without the file that says which one counts: somebody removed it. */
    private void requireNothingButFirst() {
        for (Path state : states()) {
            if (!state.equals(first())) {
                throw new StoreException("The file " + root.resolve(ACTIVE) + " is missing, and without it nothing"
                        + " says whether " + state.getFileName() + " is complete. Nothing was changed. Restore the"
                        + " file, or remove this node's data and let it join again.");
            }
        }
    }

    /**
     * Copies the files of {@code source} into a new directory beside {@code active}, durably. Tables are linked where
     * possible.
     */
    Path stage(Path source, Path active) {
        long number = Long.parseLong(active.getFileName().toString().substring(PREFIX.length()));
        Path target = root.resolve(PREFIX + (number + 1));
        remove(target);
        try {
            Files.createDirectory(target);
            copyAll(source, target);
            sync(target);
            sync(root);
        } catch (IOException e) {
            StoreException failed = new StoreException(
                    "The copy in " + source + " could not be brought to " + target
                            + "; the state is as it was: " + e, e);
            try {
                remove(target);
            } catch (StoreException leftOver) {
                failed.addSuppressed(leftOver);
            }
            throw failed;
        }
        trace.reached(InstallTrace.Step.COPIED);
        return target;
    }

    /**
     * Has a database copied to where a copy is wanted, durably.
     *
     * @param target empty, or absent in a directory that exists
     * @throws StoreException if it is not, or if the copy fails; then there is none
     */
    static void copyTo(Path target, Database source) {
        try {
            if (Files.exists(target)) {
                if (!list(target).isEmpty()) {
                    throw new StoreException("The directory " + target
                            + " for a copy of the state store is not empty. No copy was made.");
                }
                // RocksDB makes it itself, by renaming a complete one.
                Files.delete(target);
            }
            source.checkpoint(target);
            Path parent = target.toAbsolutePath().getParent();
            if (parent != null) {
                sync(parent);
            }
        } catch (IOException | RocksDBException e) {
            throw new StoreException("The state store could not be copied to " + target + ": " + e.getMessage(), e);
        }
    }

    private void copyAll(Path source, Path target) throws IOException {
        for (Path file : list(source)) {
            if (Files.isRegularFile(file) && !file.endsWith("LOCK")) {
                copy(file, target.resolve(file.getFileName()));
                trace.reached(InstallTrace.Step.FILE_COPIED);
            }
        }
    }

    private static void copy(Path file, Path target) throws IOException {
        if (file.toString().endsWith(TABLE_SUFFIX)) {
            try {
                Files.createLink(target, file);
            } catch (IOException | UnsupportedOperationException e) {
                // Another file system, or one without links.
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } else {
            Files.copy(file, target);
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * From here on {@code state} is the one that counts, also after a crash. An exception leaves open which one counts.
     */
    void activate(Path state) {
        Path temporary = root.resolve(ACTIVE_TEMPORARY);
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                var name = StandardCharsets.US_ASCII.encode(state.getFileName().toString());
                while (name.hasRemaining()) {
                    channel.write(name);
                }
                channel.force(true);
            }
            trace.reached(InstallTrace.Step.POINTER_WRITTEN);
            Files.move(temporary, root.resolve(ACTIVE), StandardCopyOption.ATOMIC_MOVE);
            sync(root);
        } catch (IOException e) {
            throw new StoreException("The file " + root.resolve(ACTIVE) + " could not be made to name "
                    + state.getFileName() + ". Stop the node, see to the disk, and start it again: " + e, e);
        }
        trace.reached(InstallTrace.Step.POINTED);
    }

    /** Removes what a crash or an install left over. Only for who holds the lock of the active state. */
    void removeAllBut(Path active) {
        try {
            Files.deleteIfExists(root.resolve(ACTIVE_TEMPORARY));
            for (Path state : states()) {
                if (!state.equals(active)) {
                    removeTree(state);
                }
            }
        } catch (IOException e) {
            throw new StoreException("What an earlier install left over in " + root + " could not be removed: " + e, e);
        }
    }

    /** Removes one state that does not count. */
    void remove(Path state) {
        try {
            removeTree(state);
        } catch (IOException e) {
            throw new StoreException("The directory " + state + " could not be removed: " + e, e);
        }
    }

    private List<Path> states() {
        try {
            return list(root).stream()
                    .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
                    .toList();
        } catch (IOException e) {
            throw new StoreException("The directory " + root + " of the state store cannot be read: " + e, e);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }

    private void removeTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
            trace.reached(InstallTrace.Step.FILE_REMOVED);
        }
    }

    /** Makes the names in a directory durable. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
