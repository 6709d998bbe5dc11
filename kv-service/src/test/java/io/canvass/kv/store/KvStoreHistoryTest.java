package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.compact;
import static io.canvass.kv.store.TestLog.delete;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class KvStoreHistoryTest extends StoreTest {
    private static final Bytes A = Bytes.ofUtf8("a");

    private String at(long revision) {
        return store.queries()
                .get(A, revision)
                .value()
                .map(found -> found.value().toUtf8() + " v" + found.version() + " c" + found.createRevision())
                .orElse("(none)");
    }

    @Test
    void aKeyIsReadAsItStoodAtARevision() {
        applyAll(store, List.of(put("a", "1"), put("b", "x"), put("a", "2"), delete("a"), put("a", "3")));

        assertThat(LongStream.rangeClosed(0, 5).mapToObj(this::at).toList())
                .containsExactly("(none)", "1 v1 c1", "1 v1 c1", "2 v2 c1", "(none)", "3 v1 c5");
    }

    @Test
    void aRevisionThatIsNotThereYetOrNoMoreIsToldApart() {
        applyAll(store, List.of(put("a", "1"), put("a", "2"), put("a", "3"), compact(2)));

        assertThat(at(2)).isEqualTo("2 v2 c1");
        assertThatThrownBy(() -> at(1))
                .isInstanceOfSatisfying(RevisionCompactedException.class, refused -> {
                    assertThat(refused.compactRevision()).isEqualTo(2);
                    assertThat(refused.revision()).isEqualTo(1);
                });
        assertThatThrownBy(() -> at(4))
                .isInstanceOfSatisfying(RevisionInFutureException.class, refused -> {
                    assertThat(refused.storeRevision()).isEqualTo(3);
                    assertThat(refused.revision()).isEqualTo(4);
                });
    }

    @Test
    void compactionNeverGoesBackAndNeverAhead() {
        applyAll(store, List.of(put("a", "1"), put("a", "2")));

        Refused ahead = refusal(compact(3));
        assertThat(ahead.getReason()).isEqualTo(Refused.Reason.REVISION_IN_FUTURE);
        assertThat(ahead.getLimit()).isEqualTo(2);
        assertThat(apply(compact(2)).getCompacted().getCompactRevision()).isEqualTo(2);
        long hash = store.stateHash();
        assertThat(apply(compact(1)).getCompacted().getCompactRevision()).isEqualTo(2);
        assertThat(store.stateHash()).isEqualTo(hash);
        assertThat(store.revision()).isEqualTo(2);
    }

    @Test
    void theHistoryOfAKeyIsNewestFirstAndEndsWhereItWasCompacted() {
        applyAll(store, List.of(put("a", "1"), put("a", "2"), delete("a"), put("a", "3"), put("a", "4")));

        assertThat(versions(OptionalLong.empty(), 10)).containsExactly("5=4", "4=3", "3=(none)", "2=2", "1=1");
        assertThat(versions(OptionalLong.of(4), 10)).containsExactly("3=(none)", "2=2", "1=1");
        assertThat(versions(OptionalLong.empty(), 2)).containsExactly("5=4", "4=3", "more");
        apply(compact(3));
        assertThat(versions(OptionalLong.empty(), 10))
                .as("a deletion at the end is not there")
                .containsExactly("5=4", "4=3");
        apply(compact(5));
        assertThat(versions(OptionalLong.empty(), 10)).containsExactly("5=4");
        assertThatThrownBy(() -> versions(OptionalLong.of(5), 10)).isInstanceOf(RevisionCompactedException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> versions(OptionalLong.empty(), 0));
    }

    private List<String> versions(OptionalLong before, int limit) {
        KvQueries.History history = store.queries().history(A, before, limit, Long.MAX_VALUE);
        List<String> words = new ArrayList<>();
        history.versions().forEach(version -> words.add(version.revision() + "="
                + version.value().map(found -> found.value().toUtf8()).orElse("(none)")));
        if (history.more()) {
            words.add("more");
        }
        return words;
    }

    @Test
    void whatIsCompactedGoesFromTheDiskAndTheRestStays() {
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            commands.add(i % 7 == 6 ? delete("k" + i % 50) : put("k" + i % 50, "value " + i));
        }
        applyAll(store, commands);
        long hash = store.stateHash();
        apply(compact(2000));
        long compacted = store.stateHash();
        KvReader.Page before = store.range(Bytes.EMPTY, 1000, Long.MAX_VALUE);

        StoreFiles.awaitReclaimed(store);

        assertThat(compacted).isNotEqualTo(hash);
        assertThat(store.stateHash()).as("does not know how far removal is").isEqualTo(compacted);
        assertThat(store.range(Bytes.EMPTY, 1000, Long.MAX_VALUE)).isEqualTo(before);
        int later = (int) (store.revision() - 2000);
        store.close();
        List<String> rows = StoreFiles.rows(directory.resolve("store"));
        assertThat(rows.stream().filter(row -> row.startsWith("3 "))).as("changes from 2000 on").hasSize(later + 1);
        assertThat(rows.stream().filter(row -> row.startsWith("2 "))).as("versions").hasSizeBetween(later, later + 50);
        open();
    }

    /** Each time, the walk over a key's versions ends where the one before began. */
    @Test
    void compactingInStepsLeavesWhatCompactingOnceLeaves() {
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            commands.add(i % 7 == 6 ? delete("k" + i * 31 % 50) : put("k" + i * 17 % 50, "value " + i));
        }
        applyAll(store, commands);
        List<String> onceCompacted = historyAfter(2500);
        assertThat(historyAfter(1, 700, 701, 1500, 2400, 2500)).isEqualTo(onceCompacted).hasSizeGreaterThan(500);
    }

    /** @return the rows of a copy of the store, but for its notes, after it was compacted up to each of these in turn */
    private List<String> historyAfter(long... revisions) {
        Path copy = directory.resolve("copy-" + revisions.length);
        store.flush();
        StoreFiles.copy(directory.resolve("store"), copy);
        try (KvStore copied = KvStore.open(copy, TestLog.SMALL)) {
            for (long revision : revisions) {
                applyAll(copied, List.of(compact(revision)));
                StoreFiles.awaitReclaimed(copied);
            }
        }
        return StoreFiles.rows(copy).stream().filter(row -> row.startsWith("2 ") || row.startsWith("3 ")).toList();
    }

    @Test
    void removalGoesOnAfterACrash() {
        applyAll(store, LongStream.range(0, 5000).mapToObj(i -> put("k" + i % 7, "v" + i)).toList());
        store.flush();
        apply(compact(4990));
        store.flush();
        store.closeWithoutFlush();
        open();

        StoreFiles.awaitReclaimed(store);

        assertThat(store.reclaimedRevision()).isEqualTo(4990);
        assertThat(store.queries().changes(KvQueries.FeedPosition.at(4990), 100, 1 << 20, KvQueries.Previous.WITHOUT)
                        .revisions())
                .hasSize(11);
    }

    /** The versions that readers of the newest one look for are those that go. */
    @Test
    void readersNeverMissAKeyWhileItsHistoryGoes() throws InterruptedException {
        applyAll(store, LongStream.range(0, 100).mapToObj(i -> put("a", "v" + i)).toList());
        AtomicBoolean done = new AtomicBoolean();
        List<Throwable> faults = new ArrayList<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                while (!done.get()) {
                    assertThat(store.get(A).value()).isPresent();
                }
            } catch (RuntimeException | AssertionError e) {
                faults.add(e);
            }
        });
        for (int i = 0; i < 300; i++) {
            applyAll(store, List.of(put("a", "w" + i), put("a", "x" + i), compact(store.revision() + 2)));
        }
        done.set(true);
        reader.join();

        assertThat(faults).isEmpty();
    }

    @Test
    void theRevisionAtATimeComesFromTheTimeOfEntriesThatNeverGoesBack() {
        TestLog.applyLater(store, -1_000, put("a", "0"));
        assertThat(store.queries().timeMillis()).as("before anything needs it").isZero();
        TestLog.applyLater(store, -500, compact(0));
        assertThat(store.queries().timeMillis()).isEqualTo(TestLog.TIMESTAMP_MILLIS - 500);
        TestLog.applyLater(store, 0, put("a", "1"));
        TestLog.applyLater(store, 5_000, put("a", "2"));
        TestLog.applyLater(store, 12_000, put("a", "3"));
        TestLog.applyLater(store, 1_000, put("a", "4"));
        TestLog.applyLater(store, 30_000, put("a", "5"));

        assertThat(store.queries().timeMillis()).isEqualTo(TestLog.TIMESTAMP_MILLIS + 30_000);
        assertThat(revisionAt(-1)).isEmpty();
        assertThat(revisionAt(0)).hasValue(2);
        assertThat(revisionAt(11_999)).hasValue(2);
        assertThat(revisionAt(12_000)).hasValue(4);
        assertThat(revisionAt(29_999)).hasValue(4);
        assertThat(revisionAt(1_000_000)).hasValue(6);
        apply(compact(6));
        StoreFiles.awaitReclaimed(store);
        assertThat(revisionAt(29_999)).as("samples of what is compacted go, too").isEmpty();
        assertThat(revisionAt(30_000)).hasValue(6);
    }

    private OptionalLong revisionAt(long millis) {
        return store.queries().revisionAt(TestLog.TIMESTAMP_MILLIS + millis);
    }

    @Test
    void thePolicyLetsGoWhatIsTooOldAndWhatIsTooMuch() {
        CompactionPolicy policy = new CompactionPolicy(60_000, 100, 10);
        StoreState state = new StoreState(1, 1, 500, 300, 0, 0);

        assertThat(policy.target(state, OptionalLong.empty())).as("by count").hasValue(400);
        assertThat(policy.target(state, OptionalLong.of(450))).as("by age").hasValue(450);
        assertThat(policy.target(state, OptionalLong.of(20))).hasValue(400);
        StoreState compacted = new StoreState(1, 1, 500, 391, 0, 0);
        assertThat(policy.target(compacted, OptionalLong.empty())).as("not worth an entry").isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new CompactionPolicy(0, 1, 1));
    }

    @Test
    void spaceComesBackByItself() {
        String value = "0123456789abcdef".repeat(256);
        for (int round = 0; round < 40; round++) {
            long from = round;
            applyAll(store, LongStream.range(0, 100).mapToObj(i -> put("k" + i, from + value + i)).toList());
        }
        // As LZ4 leaves little of such values, keys would do as well; the rows are what counts.
        applyAll(store, LongStream.range(0, 20_000).mapToObj(i -> put("p" + i % 100, random(i))).toList());
        store.flush();
        long full = store.sizeBytes();
        assertThat(full).isGreaterThan(8 << 20);

        apply(compact(store.revision()));
        StoreFiles.awaitReclaimed(store);
        store.flush();

        await("the tables shrink").until(() -> store.sizeBytes() < full / 3);
    }

    private static String random(long seed) {
        byte[] bytes = new byte[512];
        new Random(seed).nextBytes(bytes);
        return ByteString.copyFrom(bytes).toString(StandardCharsets.ISO_8859_1);
    }
}
