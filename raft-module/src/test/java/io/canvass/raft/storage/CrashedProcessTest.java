package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Real processes. A killed process loses no page of the operating system's cache, so this shows that nothing
 * acknowledged is still inside the process; that it is on the disk too is shown where syncs are counted.
 */
@Timeout(300)
class CrashedProcessTest {
    private static final int ROUNDS = 4;
    private static final int ACKNOWLEDGED_PER_ROUND = 60;

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    @Test
    void everythingThatAKilledProcessAcknowledgedIsThere() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            long acknowledged = 0;
            try (StoreProcess process = StoreProcess.start(StoreProcess.Task.APPEND, directory())) {
                for (int i = 0; i < ACKNOWLEDGED_PER_ROUND * round; i++) {
                    acknowledged = process.awaitAcknowledged();
                }
                List<Long> rest = process.killAndDrain();
                acknowledged = rest.isEmpty() ? acknowledged : rest.getLast();
            }
            // Each round is two starts: the process' and this one.
            assertLogHolds(acknowledged, 2L * round);
        }
    }

    /** All of it, or one more: the last write may have been on the disk before it was acknowledged. */
    private void assertLogHolds(long acknowledged, long boot) {
        try (RocksRaftStore store = Stores.open(directory())) {
            long last = store.recovered(0).lastIndex();
            assertThat(last).isBetween(acknowledged, acknowledged + 1);
            assertThat(store.recovered(0).hardState()).isEqualTo(Stores.epoch(last));
            assertThat(store.recovered(0).boot()).isEqualTo(boot);
            for (Entry entry : store.read(2, last, Stores.NO_LIMIT)) {
                assertThat(entry).isEqualTo(
                        Stores.command(entry.index(), entry.index(), (int) (entry.index() % 700)));
            }
        }
    }

    @Test
    void aKilledProcessLeavesNothingInTheTemporaryDirectory() throws Exception {
        Path temporary = Files.createDirectory(parent.resolve("temporary"));
        try (StoreProcess process = StoreProcess.start(StoreProcess.Task.HOLD, directory(), temporary)) {
            process.awaitLine(StoreProcess.OPEN);
            process.kill();
        }
        assertThat(temporary).isEmptyDirectory();
    }

    /** With a state machine that switched as soon as a snapshot was noted, in every other round. */
    @Test
    void aKilledProcessLeavesALogThatBeginsWhereItWasDroppedAndEndsWhereItWasAcknowledged() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            long acknowledged = 0;
            try (StoreProcess process = StoreProcess.start(StoreProcess.Task.APPEND_AND_DROP, directory())) {
                for (int i = 0; i < ACKNOWLEDGED_PER_ROUND + round; i++) {
                    acknowledged = process.awaitAcknowledged();
                }
                List<Long> rest = process.killAndDrain();
                acknowledged = rest.isEmpty() ? acknowledged : rest.getLast();
            }
            StoredMeta meta = Objects.requireNonNull(Stores.metaOf(directory()));
            LogBase noted = meta.installing();
            LogPosition applied = noted != null && round % 2 == 0 ? noted.position() : meta.logBegin();
            assertLogBegins(applied.index(), acknowledged);
        }
    }

    private void assertLogBegins(long applied, long acknowledged) {
        try (RocksRaftStore store = Stores.open(directory())) {
            StoredState found = store.recovered(applied);
            long last = found.lastIndex();
            assertThat(last).isBetween(acknowledged, acknowledged + 1);
            assertThat(found.hardState()).isEqualTo(Stores.epoch(last));
            LogBase base = Objects.requireNonNull(found.base());
            assertThat(base).isEqualTo(Stores.base(applied, applied));
            assertThat(last - applied).isLessThanOrEqualTo(StoreProcess.KEPT + 2);
            for (long index = applied + 1; index <= last; index++) {
                assertThat(store.read(index, index, 1)).containsExactly(Stores.command(index, index, 100));
            }
        }
    }

    @Test
    void aDiskThatIsFullEndsAllWritesAndLosesNothingAcknowledged() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here to make a disk look full");
        long acknowledged;
        try (StoreProcess process = StoreProcess.start(StoreProcess.Task.APPEND_TO_FULL_DISK, directory())) {
            acknowledged = process.awaitAcknowledged();
            String line = process.awaitLine("");
            while (line.startsWith(StoreProcess.ACKNOWLEDGED)) {
                acknowledged++;
                line = process.awaitLine("");
            }
            assertThat(line).startsWith(StoreProcess.FAILED).contains(directory().toString(), "Check the disk");
            assertThat(process.awaitLine(StoreProcess.STILL_REFUSED)).contains("an earlier write failed");
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(acknowledged);
        }
    }
}
