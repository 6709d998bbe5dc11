package io.canvass.kv.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksIterator;

import static org.awaitility.Awaitility.await;

/** Looks at what stands on the disk, and copies it as a crash would leave it. */
final class StoreFiles {
    private StoreFiles() {}

    /** Waits until what is compacted is gone from the disk: only then have two stores the same rows. */
    static void awaitReclaimed(KvStore store) {
        await("compacted history is removed")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> store.reclaimedRevision() == store.state().compactRevision());
    }

    /** Every row of every column family of a closed store. */
    static List<String> rows(Path directory) {
        Path active = new StateDirectories(directory, InstallTrace.NONE).active().orElseThrow();
        List<String> rows = new ArrayList<>();
        try (Tuning tuning = new Tuning(TestLog.SMALL);
                Database database = Database.open(active, tuning)) {
            List<ColumnFamilyHandle> families =
                    List.of(
                    database.meta(), database.index(), database.versions(), database.changes(), database.system());
            for (int i = 0; i < families.size(); i++) {
                try (RocksIterator iterator = database.iterator(families.get(i), database.latest())) {
                    for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                        rows.add(i + " " + hex(iterator.key()) + " " + hex(iterator.value()));
                    }
                    Database.requireSound(iterator);
                }
            }
        }
        return rows;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static Path copy(Path directory, Path target) {
        for (Path path : walk(directory)) {
            Path to = target.resolve(directory.relativize(path));
            try {
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return target;
    }

    /** Names relative to the directory, but for RocksDB's own logs, which even a look leaves behind. */
    static List<String> names(Path directory) {
        return walk(directory).stream()
                .filter(path -> !path.getFileName().toString().startsWith("LOG"))
                .map(path -> directory.relativize(path).toString())
                .toList();
    }

    static List<String> children(Path directory) {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> walk(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
