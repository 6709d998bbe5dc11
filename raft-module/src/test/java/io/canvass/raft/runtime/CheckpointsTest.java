package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.raft.core.LogBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckpointsTest {
    @TempDir
    Path temporary;

    private final AtomicLong index = new AtomicLong(10);
    private final AtomicInteger made = new AtomicInteger();

    private Path directory() {
        return temporary.resolve("checkpoints");
    }

    private Checkpoints open() throws IOException {
        return new Checkpoints(directory(), this::make);
    }

    private LogBase make(Path empty) throws IOException {
        made.incrementAndGet();
        Files.writeString(empty.resolve("state"), "as of " + index.get());
        return SnapshotTrees.base(index.get());
    }

    @Test
    void allWhoAskShareOneCopyThatIsThereUntilTheLastGaveItBack() throws Exception {
        try (Checkpoints checkpoints = open()) {
            Checkpoints.Share first = checkpoints.take(5, () -> false);
            Checkpoints.Share second = checkpoints.take(10, () -> false);
            assertThat(second.checkpoint()).isSameAs(first.checkpoint());
            assertThat(made.get()).isEqualTo(1);
            Path copy = first.checkpoint().directory();
            checkpoints.retire();
            first.close();
            first.close();
            assertThat(copy.resolve("state")).hasContent("as of 10");
            second.close();
            assertThat(copy).doesNotExist();
        }
    }

    @Test
    void aCopyIsKeptForWhoBeginsAnewUntilItIsRetired() throws Exception {
        try (Checkpoints checkpoints = open()) {
            checkpoints.take(5, () -> false).close();
            index.set(20);
            try (Checkpoints.Share again = checkpoints.take(10, () -> false)) {
                assertThat(again.checkpoint().base()).isEqualTo(SnapshotTrees.base(10));
            }
            checkpoints.retire();
            assertThat(SnapshotTrees.names(directory())).isEmpty();
        }
    }

    @Test
    void aCopyThatTheLogDoesNotFollowOnIsReplacedByANewOne() throws Exception {
        try (Checkpoints checkpoints = open()) {
            Checkpoints.Share old = checkpoints.take(5, () -> false);
            index.set(20);
            try (Checkpoints.Share young = checkpoints.take(11, () -> false)) {
                assertThat(young.checkpoint().base()).isEqualTo(SnapshotTrees.base(20));
                assertThat(old.checkpoint().directory().resolve("state")).hasContent("as of 10");
                old.close();
                assertThat(old.checkpoint().directory()).doesNotExist();
                assertThat(young.checkpoint().directory().resolve("state")).hasContent("as of 20");
            }
        }
    }

    @Test
    void ofACopyThatFailedNothingIsLeftAndTheNextIsTriedAnew() throws Exception {
        try (Checkpoints checkpoints = new Checkpoints(directory(), empty -> {
            if (made.get() == 0) {
                make(empty);
                throw new IOException("No space left on device");
            }
            return make(empty);
        })) {
            assertThatThrownBy(() -> checkpoints.take(1, () -> false)).hasMessageContaining("No space");
            assertThat(SnapshotTrees.names(directory())).isEmpty();
            try (Checkpoints.Share share = checkpoints.take(1, () -> false)) {
                assertThat(share.checkpoint().manifest().files()).hasSize(1);
            }
        }
    }

    @Test
    void whoIsStoppedMeanwhileGetsNoneAndNothingIsLeft() throws Exception {
        try (Checkpoints checkpoints = open()) {
            assertThatThrownBy(() -> checkpoints.take(1, () -> true)).isInstanceOf(CancellationException.class);
            assertThat(SnapshotTrees.names(directory())).isEmpty();
        }
    }

    @Test
    void whatWasLeftIsRemovedAtTheStart() throws Exception {
        Path left = Files.createDirectories(directory().resolve("checkpoint-1").resolve("deep"));
        Files.writeString(left.resolve("state"), "old");
        try (Checkpoints checkpoints = open()) {
            assertThat(SnapshotTrees.names(directory())).isEmpty();
            checkpoints.take(1, () -> false).close();
        }
        assertThat(SnapshotTrees.names(directory())).isEmpty();
    }

    @Test
    void onceClosedNoCopyIsMadeAnyMore() throws Exception {
        Checkpoints checkpoints = open();
        Checkpoints.Share used = checkpoints.take(1, () -> false);
        checkpoints.close();
        assertThat(used.checkpoint().directory().resolve("state")).exists();
        assertThatThrownBy(() -> checkpoints.take(1, () -> false)).isInstanceOf(IOException.class);
        used.close();
        assertThat(SnapshotTrees.names(directory())).isEmpty();
    }
}
