package io.canvass.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What is dropped costs neither disk space nor time at a start. The timeout only ends a test that has failed. */
@Timeout(300)
class ReclaimedSpaceTest {
    private static final int MIB = 1 << 20;
    private static final int ENTRY_BYTES = MIB - 200;
    /** Several memtables: most of it is in tables. */
    private static final long LAST = 120;
    private static final LogBase NEAR_THE_END = Stores.base(LAST - 4, 1);
    /** What is left is small: tables that are worth no compaction, memtables, and the write-ahead log beside. */
    private static final long LEFT_BYTES_AT_MOST = LogReclaimer.WORTHWHILE_BYTES + 10 * MIB;

    /** What is left, and a read-ahead in each dropped table that is still there, is less; one such table read is more. */
    private static final long HALF_A_TABLE = LogDatabaseOptions.LOG_MEMTABLE_BYTES / 2;

    /** By read calls, also from the page cache. */
    private static final String READ = "rchar: ";

    private static final Path IO_OF_THIS_THREAD = Path.of("/proc/thread-self/io");

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    private static Persist large(long index) {
        return Stores.append(Stores.epoch(1), Stores.command(index, 1, ENTRY_BYTES));
    }

    private static Persist drop() {
        return Stores.compact(Stores.epoch(1), NEAR_THE_END);
    }

    private static void awaitSpace(RocksRaftStore store) throws InterruptedException {
        while (store.sizeBytes() > LEFT_BYTES_AT_MOST) {
            Thread.sleep(5);
        }
    }

    private long bytesOnDisk(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory().resolve(DataDirectory.DATABASE))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void theSpaceOfADroppedLogComesBackByItself() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(large(index)));
            }
            assertThat(store.sizeBytes()).isGreaterThan(90 * MIB);
            store.write(List.of(drop()));
            awaitSpace(store);
            assertThat(store.read(LAST - 3, LAST, Stores.NO_LIMIT)).hasSize(4);
        }
        Stores.open(directory()).close();
        assertThat(bytesOnDisk("")).isLessThan(2 * LEFT_BYTES_AT_MOST);
    }

    @Test
    void theSpaceOfALogThatASnapshotReplacedComesBackByItself() throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                store.write(List.of(large(index)));
            }
            store.write(List.of(Stores.replace(Stores.epoch(2), Stores.base(50, 2))));
            awaitSpace(store);
            store.write(List.of(Stores.append(Stores.epoch(2), Stores.command(51, 2, "new"))));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(50).lastIndex()).isEqualTo(51);
        }
    }

    /** A compaction beside is not counted; what RocksDB reads ahead, and its own counters leave out, is. */
    private static long bytesReadByThisThread() throws IOException {
        try (Stream<String> lines = Files.lines(IO_OF_THIS_THREAD)) {
            return lines.filter(line -> line.startsWith(READ))
                    .mapToLong(line -> Long.parseLong(line.substring(READ.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void afterACrashBeforeTheSpaceCameBackTheNextStartReadsOnlyWhatIsLeftAndGivesItBack() throws Exception {
        assumeTrue(Files.isReadable(IO_OF_THIS_THREAD), "no Linux, or one that does not count what a thread reads");
        Stores.open(directory()).close();
        Path database = directory().resolve(DataDirectory.DATABASE);
        try (LogDatabase open = LogDatabase.open(database);
                LogWriter writer = new LogWriter(
                        directory(), open, LogScan.run(open, LogPosition.ZERO).shape(), StoredMeta.read(open))) {
            for (long index = 2; index <= LAST; index++) {
                writer.write(List.of(large(index)));
            }
            writer.write(List.of(drop()));
        }
        // Before it is opened again: then compaction begins, and may be done at any moment.
        assertThat(bytesOnDisk(".sst")).as("dropped, and still there").isGreaterThan(50 * MIB);
        try (LogDatabase open = LogDatabase.open(database)) {
            long readBefore = bytesReadByThisThread();
            LogScan scan = LogScan.run(open, NEAR_THE_END.position());
            assertThat(scan.shape().lastIndex()).isEqualTo(LAST);
            assertThat(scan.entries()).isEqualTo(4);
            assertThat(bytesReadByThisThread() - readBefore)
                    .as("bytes read")
                    .isBetween(4L * ENTRY_BYTES, HALF_A_TABLE);
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            awaitSpace(store);
            assertThat(store.recovered(LAST).base()).isEqualTo(NEAR_THE_END);
        }
    }

    @Test
    void aCloseEndsACompactionThatIsUnderWay() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path own = parent.resolve("round" + round);
            try (RocksRaftStore store = RocksRaftStore.open(own, Stores.formation())) {
                for (long index = 2; index <= 40; index++) {
                    store.write(List.of(large(index)));
                }
                store.write(List.of(Stores.compact(Stores.epoch(1), Stores.base(39, 1))));
            }
            try (RocksRaftStore store = Stores.open(own)) {
                assertThat(store.recovered(39).lastIndex()).isEqualTo(40);
            }
        }
    }
}
