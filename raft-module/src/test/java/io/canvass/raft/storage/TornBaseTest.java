package io.canvass.raft.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.StoredState.EpochStart;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A write with a base, torn at each of its bytes: the log, its base, the state and the note of an installation are
 * those before it, all of them; only where nothing is missing they are those after it (HAZARDS E11, G1).
 */
@Timeout(300)
class TornBaseTest {
    @TempDir
    Path parent;

    /** All that a write with a base changes. */
    private record Stored(StoreFormat format, HardState state, @Nullable LogBase base, @Nullable LogBase noted,
            List<EpochStart> epochs, long lastIndex) {
        static Stored read(Path database) throws Exception {
            try (LogDatabase open = LogDatabase.open(database)) {
                StoredMeta meta = StoredMeta.read(open);
                LogScan log = LogScan.run(open, meta.logBegin());
                Admission.requireConsistent(meta, log);
                return new Stored(meta.format(), meta.hardState(), meta.base(), meta.installing(),
                        log.shape().epochs(), log.shape().lastIndex());
            }
        }
    }

    private interface Write {
        void to(RocksRaftStore store);
    }

    private static final Write NOTHING = store -> {};

    private static Write of(Persist... writes) {
        return store -> store.write(List.of(writes));
    }

    @Test
    void aBaseIsThereWithWhatItDropsOrNotAtAll() throws Exception {
        assertWholeOrNotAtAll(NOTHING, NOTHING, of(
                Stores.append(Stores.epoch(2), Stores.command(5, 2, "new")),
                Stores.compact(Stores.epoch(3), Stores.base(3, 1))));
    }

    @Test
    void aSnapshotReplacesTheLogWholeOrNotAtAllAndTheNoteGoesWithIt() throws Exception {
        assertWholeOrNotAtAll(NOTHING, store -> store.installing(Stores.base(9, 3)), of(
                Stores.replace(Stores.epoch(3), Stores.base(9, 3)),
                Stores.append(Stores.epoch(3), Stores.command(10, 3, "new"))));
    }

    @Test
    void aNoteIsThereOrNot() throws Exception {
        assertWholeOrNotAtAll(NOTHING, NOTHING, store -> store.installing(Stores.base(3, 1)));
    }

    @Test
    void theEndOfAnInterruptedInstallationIsThereWholeOrNotAtAll() throws Exception {
        LogBase noted = Stores.base(9, 5);
        assertWholeOrNotAtAll(
                store -> store.installing(noted), NOTHING, store -> store.recovered(noted.position().index()));
    }

    private void assertWholeOrNotAtAll(Write inAnEarlierStart, Write before, Write torn) throws Exception {
        Path directory = parent.resolve("raft");
        try (RocksRaftStore store = Stores.open(directory)) {
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "a"), Stores.command(3, 1, "b"))));
            store.write(List.of(Stores.append(Stores.epoch(2), Stores.command(4, 2, "c"))));
            inAnEarlierStart.to(store);
        }
        Path database = directory.resolve(DataDirectory.DATABASE);
        long begin;
        try (RocksRaftStore store = Stores.open(directory)) {
            before.to(store);
            begin = Files.size(newestLog(database));
            torn.to(store);
        }
        long end = Files.size(newestLog(database));
        assertThat(end).isGreaterThan(begin);
        Stored old = readCut(database, begin);
        for (long length = begin + 1; length < end; length++) {
            assertThat(readCut(database, length)).as("cut after %d of %d bytes", length - begin, end - begin)
                    .isEqualTo(old);
        }
        assertThat(readCut(database, end)).isNotEqualTo(old);
    }

    /** What is found in a copy whose write-ahead log has this length. */
    private Stored readCut(Path database, long length) throws Exception {
        Path copy = Files.createDirectory(parent.resolve("copy"));
        try {
            for (Path file : files(database)) {
                // A RocksDB that opens needs neither its own chatter nor what options it was opened with.
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith("LOG") && !name.startsWith("OPTIONS")) {
                    Files.copy(file, copy.resolve(name));
                }
            }
            try (RandomAccessFile log = new RandomAccessFile(newestLog(copy).toFile(), "rw")) {
                log.setLength(length);
            }
            return Stored.read(copy);
        } finally {
            for (Path file : files(copy)) {
                Files.delete(file);
            }
            Files.delete(copy);
        }
    }

    private static Path newestLog(Path database) throws IOException {
        return files(database).stream().filter(file -> file.toString().endsWith(".log"))
                .max(Comparator.naturalOrder()).orElseThrow();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
