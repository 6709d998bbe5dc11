package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Waiting for a revision of a real store, which tells of what it applies. */
class AppliedRevisionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManualDelays delays = new ManualDelays();

    @TempDir
    private Path folder;

    @Test
    void whoWaitsIsWokenWhenTheStoreIsThereAndNotBefore() {
        try (KvStore store = KvStore.open(folder.resolve("state"))) {
            AppliedRevisions revisions = observing(store);
            CompletableFuture<Boolean> second = await(revisions, 2);
            CompletableFuture<Boolean> third = await(revisions, 3);
            CompletableFuture<Boolean> alsoSecond = await(revisions, 2);
            put(store, 1);
            assertThat(List.of(second, alsoSecond, third)).noneMatch(CompletableFuture::isDone);
            put(store, 2);
            assertThat(List.of(second, alsoSecond)).allMatch(done -> done.getNow(false));
            assertThat(third).isNotDone();
            put(store, 3);
            assertThat(third).isCompletedWithValue(true);
            assertThat(delays.waiting()).as("deadlines that are still scheduled").isZero();
        }
    }

    @Test
    void whoComesTooLateDoesNotWait() {
        try (KvStore store = KvStore.open(folder.resolve("state"))) {
            AppliedRevisions revisions = observing(store);
            put(store, 1);
            assertThat(revisions.isReached(1)).isTrue();
            assertThat(revisions.isReached(2)).isFalse();
            assertThat(await(revisions, 1)).isCompletedWithValue(true);
            assertThat(delays.waiting()).isZero();
        }
    }

    @Test
    void aWaitEndsWithItsTimeAndTheOthersGoOn() {
        try (KvStore store = KvStore.open(folder.resolve("state"))) {
            AppliedRevisions revisions = observing(store);
            CompletableFuture<Boolean> early = await(revisions, 1);
            delays.pass(TIMEOUT.minusNanos(1));
            CompletableFuture<Boolean> late = await(revisions, 1);
            assertThat(early).isNotDone();
            delays.pass(Duration.ofNanos(1));
            assertThat(early).isCompletedWithValue(false);
            assertThat(late).isNotDone();
            put(store, 1);
            assertThat(late).isCompletedWithValue(true);
        }
    }

    @Test
    void aStateThatIsInstalledWakesToo() {
        try (KvStore ahead = KvStore.open(folder.resolve("ahead"));
                KvStore store = KvStore.open(folder.resolve("state"))) {
            put(ahead, 1);
            put(ahead, 2);
            ahead.checkpoint(folder.resolve("copy"));
            CompletableFuture<Boolean> second = await(observing(store), 2);
            store.install(folder.resolve("copy"));
            assertThat(second).isCompletedWithValue(true);
        }
    }

    private AppliedRevisions observing(KvStore store) {
        AppliedRevisions revisions = new AppliedRevisions(store::revision, delays);
        store.observe(revisions);
        return revisions;
    }

    private static CompletableFuture<Boolean> await(AppliedRevisions revisions, long revision) {
        return revisions.await(revision, TIMEOUT.toNanos());
    }

    private static void put(KvStore store, long index) {
        Command command = Command.newBuilder()
                .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k" + index)))
                .build();
        Entry entry = new Entry(index, 1, EntryKind.COMMAND, 1_800_000_000_000L, Bytes.wrap(command.toByteArray()));
        assertThat(store.apply(List.of(entry))).hasSize(1);
    }
}
