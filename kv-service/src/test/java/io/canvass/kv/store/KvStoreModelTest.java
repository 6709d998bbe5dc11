package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static io.canvass.kv.store.TestLog.bytes;
import static org.assertj.core.api.Assertions.assertThat;

/** Random logs against {@link StoreModel}, cut into batches and interrupted by crashes in every way. */
class KvStoreModelTest {
    private static final int TRIES = 30;
    private static final List<Bytes> KEYS = List.of(
            Bytes.EMPTY, bytes(0x00), bytes(0x61), bytes(0x61, 0x00), bytes(0x61, 0x00, 0xff),
            bytes(0x61, 0x62), bytes(0xff));

    /** What becomes of a store between two batches. */
    enum Interruption {
        NONE,
        FLUSH,
        CLEAN_RESTART,
        CRASH,
        INSTALL_OF_ITS_OWN_COPY
    }

    record Batch(int entries, Interruption then) {}

    @Provide
    Arbitrary<List<Entry>> logs() {
        return RandomCommands.any(KEYS)
                .list()
                .ofMinSize(1)
                .ofMaxSize(80)
                .map(KvStoreModelTest::withLeaderChanges);
    }

    private static List<Entry> withLeaderChanges(List<Command> commands) {
        List<Entry> log = new ArrayList<>();
        for (Command command : commands) {
            if (log.size() % 9 == 0) {
                log.add(TestLog.entry(log.size() + 1L, EntryKind.LEADER_CHANGE, new byte[0]));
            }
            // Clocks of leaders go back now and then.
            long index = log.size() + 1L;
            log.add(TestLog.later(index, index * 3_000 - (index % 5) * 7_000, command));
        }
        return log;
    }

    @Provide
    Arbitrary<List<Batch>> cuts() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 20), Arbitraries.of(Interruption.class))
                .as(Batch::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Property(tries = TRIES)
    void theSameLogGivesTheSameAnswersAndTheSameStateHoweverItIsCutAndInterrupted(
            @ForAll("logs") List<Entry> log, @ForAll("cuts") List<Batch> cuts) throws IOException {
        inTemporaryDirectory((whole, cut) -> {
            StoreModel model = new StoreModel();
            List<Result> expected = log.stream().map(entry -> answer(model, entry)).toList();

            StoreState inOne;
            try (KvStore store = KvStore.open(whole, TestLog.SMALL)) {
                assertThat(plain(store.apply(log))).isEqualTo(expected);
                ModelChecks.assertSame(store, model, KEYS);
                StoreFiles.awaitReclaimed(store);
                ModelChecks.assertSame(store, model, KEYS);
                inOne = store.state();
            }
            Run run = new Run(cut, log, expected);
            run.apply(cuts);
            ModelChecks.assertSame(run.store, model, KEYS);
            assertThat(run.store.state()).isEqualTo(inOne);
            StoreFiles.awaitReclaimed(run.store);
            ModelChecks.assertSame(run.store, model, KEYS);
            run.store.close();

            assertThat(StoreFiles.rows(cut)).isEqualTo(StoreFiles.rows(whole));
        });
    }

    private static Result answer(StoreModel model, Entry entry) {
        if (entry.kind() != EntryKind.COMMAND) {
            return Result.getDefaultInstance();
        }
        return model.apply(entry);
    }

    private static List<Result> plain(List<Result> results) {
        return results.stream().map(TestLog::plain).toList();
    }

    /** A store that is fed a log in batches with interruptions in between, each of which it has to survive. */
    private static final class Run {
        private final Path directory;
        private final List<Entry> log;
        private final List<Result> expected;
        private KvStore store;
        private int copies;

        Run(Path directory, List<Entry> log, List<Result> expected) {
            this.directory = directory;
            this.log = log;
            this.expected = expected;
            store = KvStore.open(directory, TestLog.SMALL);
        }

        void apply(List<Batch> cuts) {
            for (Batch batch : cuts) {
                applyUpTo(store.state().appliedIndex() + batch.entries());
                interrupt(batch.then());
            }
            applyUpTo(log.size());
        }

        private void applyUpTo(long index) {
            int from = (int) store.state().appliedIndex();
            int to = (int) Math.min(index, log.size());
            assertThat(plain(store.apply(log.subList(from, to)))).isEqualTo(expected.subList(from, to));
        }

        private void interrupt(Interruption interruption) {
            long durable = store.appliedIndex();
            long applied = store.state().appliedIndex();
            switch (interruption) {
                case NONE -> {}
                case FLUSH -> store.flush();
                case CLEAN_RESTART -> {
                    store.close();
                    store = KvStore.open(directory, TestLog.SMALL);
                    assertThat(store.appliedIndex()).isEqualTo(applied);
                }
                case CRASH -> {
                    store.closeWithoutFlush();
                    store = KvStore.open(directory, TestLog.SMALL);
                    assertThat(store.appliedIndex()).isBetween(durable, applied);
                }
                case INSTALL_OF_ITS_OWN_COPY -> {
                    Path copy = directory.resolveSibling("copy-" + copies++);
                    store.checkpoint(copy);
                    store.install(copy);
                    assertThat(store.appliedIndex()).isEqualTo(applied);
                }
            }
        }
    }

    private static void inTemporaryDirectory(BiConsumer<Path, Path> test) throws IOException {
        Path directory = Files.createTempDirectory("canvass-store");
        try {
            test.accept(directory.resolve("whole"), directory.resolve("cut"));
        } finally {
            new StateDirectories(directory, InstallTrace.NONE).remove(directory);
        }
    }
}
