package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.canvass.raft.core.Effect.Persist;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(120)
class FaultyRaftStoreTest {
    @TempDir
    Path parent;

    private FaultyRaftStore open() {
        return new FaultyRaftStore(Stores.open(parent.resolve("raft")));
    }

    private static List<Persist> entry(long index) {
        return List.of(Stores.append(Stores.epoch(1), Stores.command(index, 1, "x")));
    }

    private void assertLastIndex(long expected) {
        try (FaultyRaftStore store = open()) {
            assertThat(store.recovered(0).lastIndex()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNthWriteFailsAndAllAfterIt(FaultyRaftStore.Fate fate) {
        try (FaultyRaftStore store = open()) {
            store.failWrite(2, fate);
            store.write(entry(2));
            assertThatThrownBy(() -> store.write(entry(3))).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> store.write(entry(4))).isInstanceOf(StorageException.class)
                    .hasMessageContaining("an earlier write failed");
            assertThat(store.writes()).isEqualTo(3);
        }
        assertLastIndex(fate == FaultyRaftStore.Fate.WRITTEN ? 3 : 2);
    }

    @Test
    void aWriteHangsUntilItIsReleased() throws Exception {
        try (ExecutorService writer = Executors.newSingleThreadExecutor();
                FaultyRaftStore store = open()) {
            store.hangWrite(1);
            Future<?> write = writer.submit(() -> store.write(entry(2)));
            store.awaitHanging();
            assertThat(write.isDone()).isFalse();

            store.release();
            write.get();
            store.write(entry(3));
        }
        assertLastIndex(3);
    }

    @ParameterizedTest
    @EnumSource
    void aHangingWriteMayEndInACrash(FaultyRaftStore.Fate fate) throws Exception {
        try (ExecutorService writer = Executors.newSingleThreadExecutor();
                FaultyRaftStore store = open()) {
            store.hangWrite(1);
            Future<?> write = writer.submit(() -> store.write(entry(2)));
            store.awaitHanging();

            store.releaseByFailing(fate);
            assertThatThrownBy(write::get).hasCauseInstanceOf(StorageException.class);
        }
        assertLastIndex(fate == FaultyRaftStore.Fate.WRITTEN ? 2 : 1);
    }
}
