package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Precondition;
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
        return Combinators.combine(keys(), preconditions(), values(), Arbitraries.of(true, false))
                .as((key, precondition, value, previous) -> {
                    Command command = value.isEmpty()
                            ? TestLog.delete(key)
                            : TestLog.put(key, ByteString.copyFromUtf8(value));
                    Command provided = TestLog.provided(precondition, command);
                    return previous ? TestLog.returningPrevious(provided) : provided;
                })
                .list()
                .ofMinSize(1)
                .ofMaxSize(60)
                .map(KvStoreModelTest::withLeaderChanges);
    }

    /** The empty one stands for a deletion. */
    private static Arbitrary<String> values() {
        return Arbitraries.strings().alpha().ofMaxLength(3);
    }

    private static Arbitrary<ByteString> keys() {
        return Arbitraries.of(KEYS).map(TestLog::string);
    }

    private static Arbitrary<Precondition> preconditions() {
        Arbitrary<Long[]> revisions = Arbitraries.longs().between(0, 30).array(Long[].class).ofMaxSize(15);
        return Arbitraries.oneOf(
                Arbitraries.just(Precondition.getDefaultInstance()),
                Arbitraries.of(true, false).map(value -> Precondition.newBuilder().setMustExist(value).build()),
                Arbitraries.of(true, false).map(value -> Precondition.newBuilder().setMustNotExist(value).build()),
                revisions.map(TestLog::anyOf),
                revisions.map(TestLog::noneOf));
    }

    private static List<Entry> withLeaderChanges(List<Command> commands) {
        List<Entry> log = new ArrayList<>();
        for (Command command : commands) {
            if (log.size() % 9 == 0) {
                log.add(TestLog.entry(log.size() + 1L, EntryKind.LEADER_CHANGE, new byte[0]));
            }
            log.add(TestLog.entry(log.size() + 1L, command));
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
                assertThat(store.apply(log)).isEqualTo(expected);
                assertIsAsTheModel(store, model);
                inOne = store.state();
            }
            Run run = new Run(cut, log, expected);
            run.apply(cuts);
            assertIsAsTheModel(run.store, model);
            assertThat(run.store.state()).isEqualTo(inOne);
            run.store.close();

            assertThat(StoreFiles.rows(cut)).isEqualTo(StoreFiles.rows(whole));
        });
    }

    private static Result answer(StoreModel model, Entry entry) {
        if (entry.kind() != EntryKind.COMMAND) {
            return Result.getDefaultInstance();
        }
        return model.apply(Commands.parse(entry.data()));
    }

    private static void assertIsAsTheModel(KvStore store, StoreModel model) {
        List<StoredValue> all = model.items(ByteString.EMPTY);
        assertThat(store.revision()).isEqualTo(model.revision());
        assertThat(store.keyCount()).isEqualTo(all.size());
        for (Bytes key : KEYS) {
            ByteString prefix = TestLog.string(key);
            KvReader.Page page = store.range(key, 1000, Long.MAX_VALUE);
            assertThat(page).isEqualTo(new KvReader.Page(model.revision(), model.items(prefix), false));
            assertThat(store.get(key))
                    .isEqualTo(new KvReader.Lookup(
                            model.revision(),
                            all.stream().filter(item -> item.key().equals(key)).findFirst()));
        }
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
            assertThat(store.apply(log.subList(from, to))).isEqualTo(expected.subList(from, to));
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
