package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

import com.google.protobuf.ByteString;
import io.canvass.kv.store.CompactionPolicy;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryCompactorTest {
    private static final long MAX_AGE_MILLIS = 60_000;
    private static final long MAX_REVISIONS = 100;
    private static final long STEP = 10;

    @TempDir
    private Path directory;

    private KvStore store;
    private HistoryCompactor compactor;
    private long nowMillis = 1_000_000;
    private long index;
    private boolean leads = true;
    private boolean broken;
    private final List<Command> proposed = new ArrayList<>();
    private CompletableFuture<Result> answer = new CompletableFuture<>();

    @BeforeEach
    void open() {
        store = KvStore.open(directory.resolve("state"));
        compactor = new HistoryCompactor(
                store, new CompactionPolicy(MAX_AGE_MILLIS, MAX_REVISIONS, STEP), () -> Instant.ofEpochMilli(nowMillis),
                () -> leads, command -> {
                    if (broken) {
                        throw new IllegalStateException("closed");
                    }
                    proposed.add(command);
                    return answer;
                }, Executors.newSingleThreadScheduledExecutor());
    }

    @AfterEach
    void close() {
        compactor.close();
        store.close();
    }

    private void apply(Command command) {
        store.apply(List.of(
                new Entry(++index, 1, EntryKind.COMMAND, nowMillis, Bytes.wrap(command.toByteArray()))));
    }

    private void puts(int count) {
        Command put = Command.newBuilder()
                .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("a")))
                .build();
        for (int i = 0; i < count; i++) {
            apply(put);
        }
    }

    private static Command compact(long revision) {
        return Command.newBuilder()
                .setCompact(Compact.newBuilder().setRevision(revision))
                .build();
    }

    private List<Command> ticked() {
        proposed.clear();
        compactor.tick();
        return proposed;
    }

    @Test
    void whatIsTooMuchIsLetGo() {
        puts(109);
        assertThat(ticked()).as("not worth an entry").isEmpty();
        puts(1);
        assertThat(ticked()).containsExactly(compact(10));
    }

    @Test
    void whatIsTooOldIsLetGo() {
        apply(compact(0));
        puts(20);
        nowMillis += MAX_AGE_MILLIS;
        puts(20);
        assertThat(ticked()).as("the revision of one sample, the first of its ten seconds").isEmpty();
        nowMillis += MAX_AGE_MILLIS;
        puts(1);
        assertThat(ticked()).containsExactly(compact(21));
    }

    @Test
    void whoDoesNotLeadProposesNothing() {
        puts(200);
        leads = false;
        assertThat(ticked()).isEmpty();
        leads = true;
        assertThat(ticked()).containsExactly(compact(100));
    }

    @Test
    void aProposalThatCannotBeMadeIsTriedAgain() {
        puts(200);
        broken = true;
        assertThat(ticked()).isEmpty();
        broken = false;
        assertThat(ticked()).containsExactly(compact(100));
    }

    @Test
    void thereIsOneAtATimeAndAfterAFailureAnother() {
        puts(200);
        assertThat(ticked()).hasSize(1);
        assertThat(ticked()).as("while the first is under way").isEmpty();
        answer.completeExceptionally(new ReplicationException(ReplicationException.Reason.OUTCOME_UNKNOWN, "late"));
        answer = new CompletableFuture<>();
        assertThat(ticked()).containsExactly(compact(100));
        apply(compact(100));
        answer.complete(Result.getDefaultInstance());
        assertThat(ticked()).as("it is done").isEmpty();
    }
}
