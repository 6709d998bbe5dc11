package io.canvass.raft.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native library. It is unpacked, loaded and deleted: left to itself, RocksDB deletes it when the JVM ends, and a process
 * that is killed leaves a copy of tens of megabytes each time, which fill the temporary directory of a container that restarts.
 */
public final class RocksLibrary {
    /** Where RocksDB unpacks it, under a fixed name, where the operator says so; then it stays. */
    private static final String OWN_DIRECTORY = "ROCKSDB_SHAREDLIB_DIR";

    private static final Logger LOG = LoggerFactory.getLogger(RocksLibrary.class);

    private static boolean unpacked;

    private RocksLibrary() {}

    /**
     * Loads it if it was not. To be called before any other class of RocksDB is touched, from any thread.
     *
     * @throws StorageException if it cannot be unpacked or loaded; says where it is unpacked
     */
    public static synchronized void load() {
        try {
            if (System.getenv(OWN_DIRECTORY) == null) {
                unpackOnce();
            }
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new StorageException("RocksDB's native library was not loaded (" + e + "). It is unpacked into "
                    + System.getProperty("java.io.tmpdir", "the directory java.io.tmpdir") + ", which must be writable"
                    + " and not mounted noexec; " + OWN_DIRECTORY + " names another directory.", e);
        }
    }

    private static void unpackOnce() {
        if (unpacked) {
            return;
        }
        Path folder;
        try {
            folder = Files.createTempDirectory("canvass-rocksdb");
        } catch (IOException e) {
            // It may be on the library path, as in the image, and need no room; otherwise what follows fails, too, and says so.
            LOG.debug("No temporary directory", e);
            return;
        }
        try {
            NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
            unpacked = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(folder);
        }
    }

    /** What is mapped into a process stays with it. Where a loaded file cannot be deleted, RocksDB does so when the JVM ends. */
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.debug("{} stays until this process ends", folder, e);
        }
    }
}
