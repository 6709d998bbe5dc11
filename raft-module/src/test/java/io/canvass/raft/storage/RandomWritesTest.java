package io.canvass.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState.EpochStart;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

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
     */
    record Step(int epochRise, String vote, int truncate, int append, int dataBytes) {}

    /** @param reopens whether the store is closed and opened after it */
    record Batch(List<Step> steps, boolean reopens) {}

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
                                Tuple.of(1, 1_100_000)))
                .as(Step::new);
        Arbitrary<Batch> batch =
                Combinators.combine(step.list().ofMaxSize(5), Arbitraries.frequency(
                        Tuple.of(4, false), Tuple.of(1, true))).as(Batch::new);
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
                store.write(batch.steps().stream().map(model::apply).toList());
                assertThat(Stores.logOf(store, model.lastIndex())).isEqualTo(model.log);
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

        private long lastIndex() {
            return log.size();
        }

        private Persist apply(Step step) {
            ReplicaKey vote = step.epochRise() > 0 ? ReplicaKey.NONE : state.vote();
            if (vote.isNone() && !step.vote().isEmpty()) {
                vote = ReplicaKey.ofNode(step.vote());
            }
            state = new HardState(state.epoch() + step.epochRise(), vote, ReplicaKey.NONE);
            int dropped = Math.min(step.truncate(), log.size() - 1);
            long truncateFrom = dropped == 0 ? 0 : log.size() - dropped + 1;
            log.subList(log.size() - dropped, log.size()).clear();
            List<Entry> appended = new ArrayList<>();
            for (int i = 0; i < step.append(); i++) {
                appended.add(Stores.command(log.size() + 1, state.epoch(), step.dataBytes()));
                log.add(appended.getLast());
            }
            return Stores.persist(state, truncateFrom, appended.toArray(Entry[]::new));
        }

        private void assertRecovered(RocksRaftStore store) {
            assertThat(store.recovered(0).hardState()).isEqualTo(state);
            assertThat(store.recovered(0).lastIndex()).isEqualTo(lastIndex());
            assertThat(store.recovered(0).epochs()).isEqualTo(epochs());
            assertThat(Stores.logOf(store, lastIndex())).isEqualTo(log);
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
