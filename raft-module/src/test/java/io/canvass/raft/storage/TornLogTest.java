package io.canvass.raft.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The write-ahead log after a crash: a last record that is cut short is dropped, everything before it is there
 * (HAZARDS E11).
 */
class TornLogTest {
    private static final int LAST_RECORD_DATA_BYTES = 200;
    private static final int LARGE_ENTRY_BYTES = 4 << 20;
    private static final int ENTRIES_BEYOND_A_MEMTABLE =
            (int) (LogDatabaseOptions.LOG_MEMTABLE_BYTES / LARGE_ENTRY_BYTES) + 2;

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    @BeforeEach
    void writeThreeRecords() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "a"))));
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(3, 1, "b"))));
            store.write(List.of(Stores.append(Stores.epoch(2), Stores.command(4, 2, LAST_RECORD_DATA_BYTES))));
        }
    }

    private Path newestLog() throws IOException {
        try (Stream<Path> files = Files.list(directory().resolve(DataDirectory.DATABASE))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparing(file -> file.getFileName().toString()))
                    .orElseThrow();
        }
    }

    private void cut(long bytes) throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(newestLog().toFile(), "rw")) {
            assertThat(log.length()).isGreaterThan(bytes);
            log.setLength(log.length() - bytes);
        }
    }

    private void flipBit(long offsetFromEnd) throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(newestLog().toFile(), "rw")) {
            long at = log.length() - offsetFromEnd;
            log.seek(at);
            int before = log.read();
            log.seek(at);
            log.write(before ^ 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 50, LAST_RECORD_DATA_BYTES, LAST_RECORD_DATA_BYTES + 60})
    void aTornLastRecordIsDroppedWholeAndNothingElse(int bytes) throws Exception {
        cut(bytes);
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(3);
            assertThat(store.recovered(0).hardState()).isEqualTo(Stores.epoch(1));
            assertThat(store.recovered(0).boot()).isEqualTo(2);
            store.write(List.of(Stores.append(Stores.epoch(3), Stores.command(4, 3, "again"))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(Stores.logOf(store, 4)).containsExactly(Stores.bootstrapEntry(), Stores.command(2, 1, "a"),
                    Stores.command(3, 1, "b"), Stores.command(4, 3, "again"));
        }
    }

    @Test
    void aFlippedBitBeforeTheLastRecordStopsTheNodeRatherThanCuttingTheLogThere() throws Exception {
        flipBit(LAST_RECORD_DATA_BYTES + 200);
        assertThatThrownBy(() -> Stores.open(directory()))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(directory().toString(), "damage", "Keep this directory as it is");
    }

    @Test
    void aFlippedBitInACompleteLastRecordStopsTheNodeToo() throws Exception {
        flipBit(50);
        assertThatThrownBy(() -> Stores.open(directory()))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(directory().toString(), "damage", "Keep this directory as it is");
    }

    /**
     * Two WAL files exist only while a flush is under way. Of these, the older is complete by promise: its end is not the
     * torn tail, and what it lacks would be missing before what the newer one holds.
     */
    @Test
    void aFinishedLogFileThatWasCutShortStopsTheNode() throws Exception {
        Path image = crashWhileAFlushIsUnderWay();
        Path finished;
        try (Stream<Path> files = Files.list(image.resolve(DataDirectory.DATABASE))) {
            finished = files.filter(file -> file.toString().endsWith(".log") && file.toFile().length() > 0)
                    .min(Comparator.comparing(file -> file.getFileName().toString()))
                    .orElseThrow();
        }
        try (RandomAccessFile log = new RandomAccessFile(finished.toFile(), "rw")) {
            log.setLength(log.length() - 1);
        }
        assertThatThrownBy(() -> Stores.open(image))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(image.toString(), "Keep this directory as it is");
    }

    @Test
    void aCrashWhileAFlushIsUnderWayLosesNothing() throws Exception {
        try (RocksRaftStore store = Stores.open(crashWhileAFlushIsUnderWay())) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(4 + ENTRIES_BEYOND_A_MEMTABLE);
        }
    }

    /** A copy of the directory as a crash would leave it: all writes are synced, the full memtable is not flushed. */
    private Path crashWhileAFlushIsUnderWay() throws Exception {
        Path image = Files.createDirectories(parent.resolve("image"));
        Path database = directory().resolve(DataDirectory.DATABASE);
        try (LogDatabase open = LogDatabase.open(database);
                LogWriter writer = new LogWriter(directory(), open, LogScan.run(open).shape(), Stores.epoch(2))) {
            open.db().pauseBackgroundWork();
            for (int i = 1; i <= ENTRIES_BEYOND_A_MEMTABLE; i++) {
                writer.write(List.of(Stores.append(Stores.epoch(2), Stores.command(4 + i, 2, LARGE_ENTRY_BYTES))));
            }
            copy(database, Files.createDirectories(image.resolve(DataDirectory.DATABASE)));
            open.db().continueBackgroundWork();
        }
        return image;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }
}
