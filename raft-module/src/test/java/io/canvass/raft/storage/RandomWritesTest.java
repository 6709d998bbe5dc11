package io.canvass.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.raft.core.Effect.LogWrite;
import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.StoredState.EpochStart;
import io.canvass.raft.core.Token;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** The store against a list and a variable. */
class RandomWritesTest {
    /**
     * One write, relative to what is there.
     *
     * @param epochRise how far the epoch rises before it
     * @param vote whom to vote for, if no vote was given in this epoch
     * @param truncate how many entries to drop, at most those that may be dropped
     * @param append how many to append
     * @param drop how many to drop from the beginning, at most all
     */
    record Step(int epochRise, String vote, int truncate, int append, int dataBytes, int drop) {}

    /**
     * Several writes at once.
     *
     * @param snapshot after how many of them a snapshot replaces the log; more than there are for never
     * @param snapshotAt where, from the end of the log on; below it, it is of another history
     * @param reopens whether the store is closed and opened after it
     */
    record Batch(List<Step> steps, int snapshot, int snapshotAt, boolean reopens) {}

    @Provide
    Arbitrary<List<Batch>> batches() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1),
                                Tuple.of(1, 3)),
                        Arbitraries.of("", "b", "c"),
                        Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 1),
                                Tuple.of(1, 4)),
                        Arbitraries.integers().between(0, 4),
                        // Few large ones: beyond the buffer that small ones are encoded in.
                        Arbitraries.frequency(Tuple.of(8, 0), Tuple.of(8, 1), Tuple.of(8, 40), Tuple.of(8, 5_000),
                                Tuple.of(1, 1_100_000)),
                        Arbitraries.frequency(Tuple.of(5, 0), Tuple.of(1, 1), Tuple.of(1, 3), Tuple.of(1, 50)))
                .as(Step::new);
        Arbitrary<Batch> batch = Combinators.combine(step.list().ofMaxSize(5), Arbitraries.integers().between(0, 9),
                        Arbitraries.integers().between(-3, 3), Arbitraries.frequency(
                                Tuple.of(4, false), Tuple.of(1, true)))
                .as(Batch::new);
        return batch.list().ofMinSize(1).ofMaxSize(10);
    }

    @Property(tries = 40)
    void anySequenceOfWritesEqualsASimpleModelAlsoAfterAReopen(@ForAll("batches") List<Batch> batches)
            throws IOException {
        Path parent = Files.createTempDirectory("random-writes");
        Model model = new Model();
        RocksRaftStore store = Stores.open(parent.resolve("raft"));
        try {
            for (Batch batch : batches) {
                store.write(model.apply(batch));
                model.assertReads(store);
                if (batch.reopens()) {
                    store.close();
                    store = Stores.open(parent.resolve("raft"));
                    model.assertRecovered(store);
                }
            }
            store.close();
            store = Stores.open(parent.resolve("raft"));
            model.assertRecovered(store);
        } finally {
            store.close();
            deleteTree(parent);
        }
    }

    private static final class Model {
        private final List<Entry> log = new ArrayList<>(List.of(Stores.bootstrapEntry()));
        private HardState state = HardState.INITIAL;
        private @Nullable LogBase base;

        private LogPosition begin() {
            return base == null ? LogPosition.ZERO : base.position();
        }

        private long lastIndex() {
            return begin().index() + log.size();
        }

        private List<Persist> apply(Batch batch) {
            List<Persist> writes = new ArrayList<>();
            for (int i = 0; i < batch.steps().size(); i++) {
                if (i == batch.snapshot()) {
                    replace(batch.snapshotAt(), writes);
                }
                writes.add(apply(batch.steps().get(i)));
            }
            return writes;
        }

        private void replace(int fromEnd, List<Persist> writes) {
            long index = lastIndex() + fromEnd;
            if (index <= begin().index()) {
                return;
            }
            if (index <= lastIndex() && epochAt(index) == state.epoch()) {
                state = Stores.epoch(state.epoch() + 1);
            }
            base = Stores.base(index, state.epoch());
            log.clear();
            writes.add(Stores.replace(state, base));
        }

        private long epochAt(long index) {
            return log.get((int) (index - begin().index()) - 1).epoch();
        }

        private Persist apply(Step step) {
            ReplicaKey vote = step.epochRise() > 0 ? ReplicaKey.NONE : state.vote();
            if (vote.isNone() && !step.vote().isEmpty()) {
                vote = ReplicaKey.ofNode(step.vote());
            }
            state = new HardState(state.epoch() + step.epochRise(), vote, ReplicaKey.NONE);
            int dropped = Math.min(step.truncate(), base == null ? log.size() - 1 : log.size());
            long truncateFrom = dropped == 0 ? 0 : lastIndex() - dropped + 1;
            log.subList(log.size() - dropped, log.size()).clear();
            List<Entry> appended = new ArrayList<>();
            for (int i = 0; i < step.append(); i++) {
                appended.add(Stores.command(lastIndex() + 1, state.epoch(), step.dataBytes()));
                log.add(appended.getLast());
            }
            return new Persist(Token.NOTHING, state, new LogWrite(truncateFrom, appended, drop(step.drop())));
        }

        private @Nullable LogBase drop(int count) {
            int dropped = Math.min(count, log.size());
            if (dropped == 0) {
                return null;
            }
            long index = begin().index() + dropped;
            base = Stores.base(index, epochAt(index));
            log.subList(0, dropped).clear();
            return base;
        }

        private void assertReads(RocksRaftStore store) {
            long first = begin().index() + 1;
            if (!log.isEmpty()) {
                assertThat(store.read(first, lastIndex(), Stores.NO_LIMIT)).isEqualTo(log);
            }
            if (first > 1) {
                assertThat(store.read(first - 1, lastIndex(), Stores.NO_LIMIT)).isEmpty();
            }
        }

        private void assertRecovered(RocksRaftStore store) {
            StoredState recovered = store.recovered(begin().index());
            assertThat(recovered.hardState()).isEqualTo(state);
            assertThat(recovered.base()).isEqualTo(base);
            assertThat(recovered.lastIndex()).isEqualTo(lastIndex());
            assertThat(recovered.epochs()).isEqualTo(epochs());
            assertReads(store);
        }

        private List<EpochStart> epochs() {
            List<EpochStart> epochs = new ArrayList<>();
            for (Entry entry : log) {
                if (epochs.isEmpty() || epochs.getLast().epoch() != entry.epoch()) {
                    epochs.add(new EpochStart(entry.epoch(), entry.index()));
                }
            }
            return epochs;
        }
    }

    private static void deleteTree(Path root) throws IOException {
        List<Path> tree;
        try (Stream<Path> files = Files.walk(root)) {
            tree = files.toList();
        }
        for (Path path : tree.reversed()) {
            Files.delete(path);
        }
    }
}
