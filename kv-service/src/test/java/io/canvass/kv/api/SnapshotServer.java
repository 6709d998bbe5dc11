package io.canvass.kv.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.canvass.kv.backup.Backups;
import io.canvass.kv.backup.Copies;
import io.canvass.kv.store.KvStore;
import org.springframework.util.FileSystemUtils;

/** A real store of a few keys for the servers of these tests to make snapshots of; open until the JVM ends. */
public final class SnapshotServer {
    public static final int KEYS = 40;

    private SnapshotServer() {}

    public static Backups backups() {
        return Shared.BACKUPS;
    }

    /** Of the same store, but slow. */
    public static Backups backups(long bytesPerSecond) throws IOException {
        Backups.Limits limits = new Backups.Limits(bytesPerSecond, Copies.LIMITS.maxDuration(), 1);
        Path scratch = Shared.ROOT.resolve("slow");
        Path verifying = scratch.resolve("verifying");
        return new Backups(
                Copies.of(Shared.STORE, scratch), () -> Copies.CLUSTER, "kv-1", limits, verifying, Copies.CLOCK);
    }

    private static final class Shared {
        static final Path ROOT = root();
        static final KvStore STORE = KvStore.open(ROOT.resolve("store"));
        static final Backups BACKUPS = open();

        private static Path root() {
            try {
                return Files.createTempDirectory("canvass-snapshots");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Backups open() {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> discard(STORE, ROOT)));
                Copies.fill(STORE, KEYS);
                return Copies.backups(STORE, ROOT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void discard(KvStore store, Path root) {
            store.close();
            try {
                FileSystemUtils.deleteRecursively(root);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
