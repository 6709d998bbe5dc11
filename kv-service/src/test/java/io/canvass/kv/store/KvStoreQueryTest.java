package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.canvass.kv.store.KvQueries.RangePage;
import io.canvass.kv.store.RangeQuery.Content;
import io.canvass.kv.store.RangeQuery.Order;
import io.canvass.raft.core.Bytes;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import static io.canvass.kv.store.TestLog.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Ranges in every combination of what can be asked for, against a filter over all keys. */
class KvStoreQueryTest {
    private static final int TRIES = 300;
    private static final Bytes SLASH = Bytes.ofUtf8("/");
    private static final List<Bytes> KEYS = Stream.concat(
                    Stream.of("a", "a/", "a/b", "a/b/c", "a/b/d", "a/c", "ab", "b", "b//", "b//x", "c/d")
                            .map(Bytes::ofUtf8),
                    Stream.of(
                            bytes(0), bytes(0, 0), bytes(0, 0xff), bytes(0xff), bytes(0xff, 0xff),
                            bytes(0xff, 0x2f, 1)))
            .toList();

    private static Path directory = Path.of("");
    private static Optional<KvStore> opened = Optional.empty();
    /** By revision: the keys that existed, and the revisions that wrote them. */
    private static final List<List<StoredValue>> STATES = new ArrayList<>();

    @BeforeContainer
    static void fill() throws IOException {
        directory = Files.createTempDirectory("canvass-query");
        KvStore store = KvStore.open(directory.resolve("store"), TestLog.SMALL);
        opened = Optional.of(store);
        STATES.clear();
        STATES.add(List.of());
        for (int i = 0; i < 60; i++) {
            Bytes key = KEYS.get(i * 7 % KEYS.size());
            boolean delete = i > 20 && i % 4 == 0;
            long before = store.revision();
            TestLog.apply(store, delete
                    ? TestLog.delete(TestLog.string(key))
                    : TestLog.put(TestLog.string(key), TestLog.string(Bytes.ofUtf8("v".repeat(i % 9)))));
            if (store.revision() > before) {
                STATES.add(store.range(Bytes.EMPTY, 1000, Long.MAX_VALUE).items());
            }
        }
    }

    @AfterContainer
    static void remove() {
        opened.orElseThrow().close();
        new StateDirectories(directory, InstallTrace.NONE).remove(directory);
    }

    private static KvQueries queries() {
        return opened.orElseThrow().queries();
    }

    @Provide
    Arbitrary<KeySpan> spans() {
        Arbitrary<Bytes> ends = Arbitraries.of(KEYS);
        Arbitrary<Bytes> prefixes = Arbitraries.of(
                Bytes.EMPTY, Bytes.ofUtf8("a"), Bytes.ofUtf8("a/"), Bytes.ofUtf8("a/b"), Bytes.ofUtf8("b/"), bytes(0),
                bytes(0xff), bytes(0xff, 0xff));
        return Arbitraries.oneOf(
                Arbitraries.just(KeySpan.ALL),
                prefixes.map(KeySpan::prefix),
                ends.map(KeySpan::from),
                Combinators.combine(ends, ends).as(KeySpan::between));
    }

    @Property(tries = TRIES)
    void pagesTogetherAreWhatAFilterOverAllKeysFinds(
            @ForAll("spans") KeySpan span,
            @ForAll Order order,
            @ForAll Content content,
            @ForAll boolean folded,
            @ForAll @IntRange(min = 1, max = 6) int limit,
            @ForAll @IntRange(min = 0, max = 12) int maxBytes,
            @ForAll @IntRange(min = 0, max = 45) int back) {
        long revision = Math.max(0, STATES.size() - 1 - back);
        RangeQuery query = RangeQuery.of(span, limit, maxBytes).ordered(order).only(content).at(revision);
        List<String> expected = expected(STATES.get((int) revision), span, folded, order);
        List<String> items = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        long count = 0;
        RangeQuery next = folded ? query.foldedAt(SLASH) : query;
        while (true) {
            RangePage page = queries().range(next);
            assertThat(page.revision()).isEqualTo(revision);
            assertThat(page.count()).isLessThanOrEqualTo(limit);
            page.items().forEach(item -> items.add(TestLog.hex(TestLog.string(item.key())) + " "
                    + (content == Content.KEYS ? "" : item.value().toUtf8())));
            page.folders().forEach(folder -> folders.add(TestLog.hex(TestLog.string(folder)) + " folder"));
            count += page.count();
            if (!page.more()) {
                break;
            }
            assertThat(page.count()).isPositive();
            next = next.after(page.last().orElseThrow());
        }
        assertThat(count).isEqualTo(expected.size());
        if (content != Content.COUNT) {
            assertThat(folders).isEqualTo(expected.stream().filter(word -> word.endsWith(" folder")).toList());
            assertThat(items).isEqualTo(expected.stream()
                    .filter(word -> !word.endsWith(" folder"))
                    .map(word -> content == Content.KEYS ? word.substring(0, word.indexOf(' ') + 1) : word)
                    .toList());
        }
    }

    private static List<String> expected(List<StoredValue> state, KeySpan span, boolean folded, Order order) {
        TreeSet<String> seen = new TreeSet<>();
        List<String> words = new ArrayList<>();
        for (StoredValue item : order == Order.ASCENDING ? state : state.reversed()) {
            if (!span.contains(item.key())) {
                continue;
            }
            String key = TestLog.hex(TestLog.string(item.key()));
            // Two hexadecimal digits a byte: a slash is at an even place.
            int slash = -1;
            for (int at = 2 * span.prefixBytes(); folded && slash < 0 && at < key.length(); at += 2) {
                slash = key.startsWith("2f", at) ? at : -1;
            }
            if (slash < 0) {
                words.add(key + " " + item.value().toUtf8());
            } else if (seen.add(key.substring(0, slash + 2))) {
                words.add(key.substring(0, slash + 2) + " folder");
            }
        }
        return words;
    }

    @Example
    void aCursorKeepsItsSnapshotWhileTheStoreGoesOnUntilThatIsCompacted() throws IOException {
        Path home = Files.createTempDirectory("canvass-cursor");
        try (KvStore store = KvStore.open(home.resolve("store"), TestLog.SMALL)) {
            TestLog.applyAll(store, List.of(TestLog.put("a", "1"), TestLog.put("b", "1"), TestLog.put("c", "1")));
            RangeQuery query = RangeQuery.of(KeySpan.ALL, 1, 100);
            RangePage first = store.queries().range(query);
            TestLog.applyAll(store, List.of(
                    TestLog.put("b", "2"), TestLog.delete("c"), TestLog.put("bb", "2"), TestLog.put("a", "2")));
            RangeQuery rest = RangeQuery.of(KeySpan.ALL, 10, 100)
                    .at(first.revision())
                    .after(first.last().orElseThrow());

            assertThat(store.queries().range(rest).items())
                    .extracting(item -> item.key().toUtf8() + item.value().toUtf8())
                    .containsExactly("b1", "c1");
            TestLog.apply(store, TestLog.compact(4));
            assertThatThrownBy(() -> store.queries().range(rest)).isInstanceOf(RevisionCompactedException.class);
        } finally {
            new StateDirectories(home, InstallTrace.NONE).remove(home);
        }
    }

    @Example
    void whatCannotBeAskedForIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> RangeQuery.of(KeySpan.ALL, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> RangeQuery.of(KeySpan.ALL, 1, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RangeQuery.of(KeySpan.ALL, 1, 1).foldedAt(Bytes.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() -> RangeQuery.of(KeySpan.ALL, 1, 1).at(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new KeySpan(Bytes.EMPTY, Optional.empty(), 1));
        assertThatThrownBy(() -> queries().range(RangeQuery.of(KeySpan.ALL, 1, 1).at(1000)))
                .isInstanceOf(RevisionInFutureException.class);
    }
}
