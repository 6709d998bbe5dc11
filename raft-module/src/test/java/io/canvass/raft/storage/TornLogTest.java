package io.canvass.raft.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
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
    private static final long FIRST_EPOCH = 3;

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
        return logs(directory()).getLast();
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
     * Two WAL files exist only while a flush is under way. The older is then complete: its end is no torn tail. What it
     * loses here is a vote and nothing else, so that only the recorded size of the file can tell.
     */
    @Test
    void aFinishedLogFileThatWasCutShortStopsTheNode() throws Exception {
        Path image = parent.resolve("image");
        crashWhileAFlushIsUnderWay(image);
        Path finished = logs(image).getFirst();
        try (RandomAccessFile log = new RandomAccessFile(finished.toFile(), "rw")) {
            log.setLength(log.length() - 1);
        }
        assertThatThrownBy(() -> Stores.open(image))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(image.toString(), "Keep this directory as it is");
    }

    @Test
    void aCrashWhileAFlushIsUnderWayLosesNothing() throws Exception {
        Path image = parent.resolve("image");
        long epoch = crashWhileAFlushIsUnderWay(image);
        try (RocksRaftStore store = Stores.open(image)) {
            assertThat(store.recovered(0).hardState()).isEqualTo(longVote(epoch));
            assertThat(store.recovered(0).lastIndex()).isEqualTo(4 + epoch - FIRST_EPOCH + 1);
        }
    }

    /**
     * Makes a copy of the directory as a crash would leave it, when all writes are synced, a full memtable is not
     * flushed, and the last record of the older WAL file is a vote.
     *
     * @return the epoch of that vote
     */
    private long crashWhileAFlushIsUnderWay(Path image) throws Exception {
        Path database = directory().resolve(DataDirectory.DATABASE);
        try (LogDatabase open = LogDatabase.open(database);
                LogWriter writer = new LogWriter(
                        directory(), open, LogScan.run(open, LogPosition.ZERO).shape(), StoredMeta.read(open))) {
            open.db().pauseBackgroundWork();
            int logsBefore = logs(directory()).size();
            long epoch = FIRST_EPOCH;
            for (; logs(directory()).size() == logsBefore; epoch++) {
                writer.write(List.of(Stores.append(longVote(epoch))));
                assertThat(logs(directory())).as("a vote is the last record of its file").hasSize(logsBefore);
                long index = 4 + epoch - FIRST_EPOCH + 1;
                writer.write(List.of(Stores.append(longVote(epoch), Stores.command(index, 2, "x"))));
            }
            copy(database, Files.createDirectories(image.resolve(DataDirectory.DATABASE)));
            open.db().continueBackgroundWork();
            return epoch - 1;
        }
    }

    /** Fills a memtable fast. */
    private static HardState longVote(long epoch) {
        return new HardState(epoch, ReplicaKey.ofNode("x".repeat(60_000)), ReplicaKey.NONE);
    }

    private static List<Path> logs(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(DataDirectory.DATABASE))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted(Comparator.comparing(file -> String.valueOf(file.getFileName())))
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }
}
