package io.canvass.kv.store;

import java.nio.file.Path;

import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.canvass.kv.store.TestLog.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

class KvStoreRestartTest {
    @TempDir
    Path directory;

    @Test
    void whatWasAppliedIsThereAfterACleanClose() {
        Path home = directory.resolve("store");
        StoreState before;
        try (KvStore store = KvStore.open(home, SMALL)) {
            store.apply(ChildStore.entries(1, 1000));
            before = store.state();
            assertThat(store.appliedIndex()).as("nothing is promised before it is flushed").isZero();
        }
        try (KvStore store = KvStore.open(home, SMALL)) {
            assertThat(store.state()).isEqualTo(before);
            assertThat(store.stateHash()).isEqualTo(before.stateHash());
            assertThat(store.appliedIndex()).isEqualTo(1000);
            assertThat(store.range(Bytes.EMPTY, 1, 0).items()).hasSize(1);
        }
    }

    @Test
    void aCrashBeforeTheFirstFlushLeavesAnEmptyStore() {
        KvStore store = KvStore.open(directory, StoreLimits.DEFAULT);
        store.apply(ChildStore.entries(1, 100));
        store.closeWithoutFlush();

        try (KvStore again = KvStore.open(directory, StoreLimits.DEFAULT)) {
            assertThat(again.state()).isEqualTo(StoreState.EMPTY);
            assertThat(again.range(Bytes.EMPTY, 1000, Long.MAX_VALUE).items()).isEmpty();
        }
    }

    @Test
    void aCopyOfTheDirectoryOfARunningStoreIsAnEarlierState() {
        try (KvStore store = KvStore.open(directory.resolve("store"), StoreLimits.DEFAULT)) {
            store.apply(ChildStore.entries(1, 100));
            store.flush();
            StoreState flushed = store.state();
            store.apply(ChildStore.entries(101, 200));
            Path image = StoreFiles.copy(directory.resolve("store"), directory.resolve("image"));

            try (KvStore copy = KvStore.open(image, StoreLimits.DEFAULT)) {
                assertThat(copy.state()).isEqualTo(flushed);
                assertThat(copy.appliedIndex()).isEqualTo(100);
                copy.apply(ChildStore.entries(101, 200));
                assertThat(copy.state()).isEqualTo(store.state());
            }
        }
        assertThat(StoreFiles.rows(directory.resolve("image"))).isEqualTo(StoreFiles.rows(directory.resolve("store")));
    }

    @Test
    void aProcessThatIsKilledLeavesOneEarlierStateInAllColumnFamilies() throws Exception {
        Path home = directory.resolve("killed");
        long last = 0;
        for (int round = 0; round < 3; round++) {
            long reached;
            try (ChildStore child = ChildStore.start(home, ChildStore.Log.CHANGES)) {
                // Far more than the write buffers hold: part of it must have been flushed.
                reached = child.awaitBatches(40);
            }
            KvStore store = KvStore.open(home, SMALL);
            long survived = store.appliedIndex();
            StoreState state = store.state();
            store.closeWithoutFlush();
            assertThat(survived).isGreaterThan(last).isEqualTo(state.appliedIndex());
            assertThat(reached).isGreaterThan(last);
            assertSameAsWithoutACrash(home, directory.resolve("straight-" + round), survived);
            last = survived;
        }
        try (KvStore store = KvStore.open(home, SMALL)) {
            store.apply(ChildStore.entries(last + 1, last + 3000));
        }
        assertSameAsWithoutACrash(home, directory.resolve("straight-at-last"), last + 3000);
    }

    private static void assertSameAsWithoutACrash(Path crashed, Path straight, long index) {
        try (KvStore store = KvStore.open(straight, StoreLimits.DEFAULT)) {
            store.apply(ChildStore.entries(1, index));
        }
        assertThat(StoreFiles.rows(crashed)).isEqualTo(StoreFiles.rows(straight));
    }

    @Test
    void entriesThatChangeNothingAreFlushedTooSoThatReplayIsBounded() throws Exception {
        long survived = 0;
        // The flush is in the background, so that not every crash finds one finished.
        for (int round = 0; survived == 0 && round < 20; round++) {
            try (ChildStore child = ChildStore.start(directory, ChildStore.Log.NOTHING)) {
                child.awaitBatches(50);
            }
            try (KvStore store = KvStore.open(directory, SMALL)) {
                survived = store.appliedIndex();
                assertThat(store.revision()).isZero();
            }
        }
        assertThat(survived).isPositive();
    }
}
