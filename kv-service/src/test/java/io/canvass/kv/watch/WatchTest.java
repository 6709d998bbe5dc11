package io.canvass.kv.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.watch.Watch.Kind;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class WatchTest {
    private static final Interest ALL = new Interest.Prefix(Bytes.EMPTY);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    @TempDir
    Path directory;

    private FeedStore feed;
    private WatchHub hub;

    @BeforeEach
    void open() {
        feed = new FeedStore(directory.resolve("store"));
        hub = hub(new WatchLimits(4, 1 << 20, 64, 4 << 20));
    }

    private WatchHub hub(WatchLimits limits) {
        WatchHub made = new WatchHub(feed.store().queries(), limits);
        feed.store().observe(made);
        made.start();
        return made;
    }

    @AfterEach
    void close() {
        hub.close();
        feed.close();
    }

    private Watch watch(Interest interest, long from) {
        return hub.watch(interest, Kind.OF_KEYS, Previous.WITHOUT, from);
    }

    private static Interest prefix(String prefix) {
        return new Interest.Prefix(Bytes.ofUtf8(prefix));
    }

    /** The next that is not quiet. */
    private static Signal next(Watch watch) throws InterruptedException {
        Signal signal = watch.next(PATIENCE_NANOS);
        while (signal instanceof Signal.Quiet) {
            signal = watch.next(PATIENCE_NANOS);
        }
        return signal;
    }

    private static String word(Signal signal) {
        return switch (signal) {
            case Signal.Changed(RevisionChanges revision) -> revision.revision()
                    + revision.changes().stream().map(WatchTest::word).collect(Collectors.joining(",", " ", ""))
                    + (revision.complete() ? "" : "...");
            case Signal.Ended(WatchEnd end) -> end.toString();
            case Signal.Quiet quiet -> "quiet";
        };
    }

    private static String word(Change change) {
        return switch (change) {
            case Change.Put put -> put.entry().key().toUtf8() + "=" + put.entry().value().toUtf8()
                    + put.previous().map(before -> "<" + before.value().toUtf8()).orElse("");
            case Change.Delete delete -> "-" + delete.key().toUtf8()
                    + delete.previous().map(before -> "<" + before.value().toUtf8()).orElse("");
            case Change.Lock lock -> lock.name().toUtf8();
        };
    }

    private static List<String> words(Watch watch, int count) throws InterruptedException {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(word(next(watch)));
        }
        return words;
    }

    /** Takes nothing: only what is proven without. */
    private static void awaitThrough(Watch watch, long revision) {
        await().until(() -> watch.next(0) instanceof Signal.Quiet && watch.through() == revision);
    }

    @Test
    void historyComesFirstThenWhatHappensThenNothingMore() throws Exception {
        feed.put("a", "1");
        feed.put("b", "1");
        feed.put("a", "2");
        try (Watch watch = watch(ALL, 2)) {
            feed.delete("a");
            assertThat(words(watch, 3)).containsExactly("2 b=1", "3 a=2", "4 -a");
            feed.put("c", "1");
            assertThat(words(watch, 1)).containsExactly("5 c=1");
            awaitThrough(watch, 5);
        }
    }

    @Test
    void everyKindOfInterestGetsWhatIsItsAndOneRevisionInOneSignal() throws Exception {
        try (Watch key = watch(new Interest.Key(Bytes.ofUtf8("b")), 1);
                Watch prefix = watch(prefix("a/"), 1);
                Watch span = watch(new Interest.Span(KeySpan.between(Bytes.ofUtf8("a/2"), Bytes.ofUtf8("c"))), 1);
                Watch queue = hub.watch(
                        new Interest.Queue(LockSpace.LOCK, Bytes.ofUtf8("b")), Set.of(Kind.QUEUE), Previous.WITHOUT, 1)) {
            feed.putAll(List.of("a/1", "a/2", "b", "c").stream(), "x");
            feed.acquire("b", "me");
            assertThat(words(key, 1)).containsExactly("1 b=x");
            assertThat(words(prefix, 1)).containsExactly("1 a/1=x,a/2=x");
            assertThat(words(span, 1)).containsExactly("1 a/2=x,b=x");
            assertThat(words(queue, 1)).containsExactly("2 b");
            awaitThrough(key, 2);
        }
    }

    @Test
    void whatIsNotAskedForIsLeftOutAndWhatWasThereBeforeComesWhereItIs() throws Exception {
        feed.put("a", "1");
        feed.delete("a");
        try (Watch puts = hub.watch(ALL, Set.of(Kind.PUT), Previous.WITHOUT, 1);
                Watch deletions = hub.watch(ALL, Set.of(Kind.DELETE), Previous.WITH, 1)) {
            feed.put("a", "2");
            feed.put("a", "3");
            feed.delete("a");
            assertThat(words(puts, 3)).map(word -> word.split("<", 2)[0]).containsExactly("1 a=1", "3 a=2", "4 a=3");
            assertThat(words(deletions, 2)).containsExactly("2 -a<1", "5 -a<3");
        }
    }

    @Test
    void aStreamFromARevisionThatIsNotThereYetWaitsForItAndSeesNothingEarlier() throws Exception {
        feed.put("a", "1");
        try (Watch watch = watch(ALL, 4)) {
            assertThat(watch.through()).isEqualTo(3);
            feed.put("a", "2");
            feed.put("a", "3");
            feed.put("a", "4");
            assertThat(words(watch, 1)).containsExactly("4 a=4");
        }
    }

    @Test
    void afterCompactionAStreamIsRefusedWhatIsGoneAndToldFromWhere() throws Exception {
        feed.put("a", "1");
        feed.put("a", "2");
        feed.put("a", "3");
        feed.compact(3);
        assertThatThrownBy(() -> watch(ALL, 2))
                .isInstanceOfSatisfying(RevisionCompactedException.class, e ->
                        assertThat(e.compactRevision()).isEqualTo(3));
        assertThat(hub.openCount()).as("open after the refusal").isZero();
        try (Watch watch = watch(ALL, 3)) {
            assertThat(words(watch, 1)).containsExactly("3 a=3");
        }
    }

    /** etcd: a watcher below the compact revision went on and silently left out what was gone. */
    @Test
    void compactionBelowAWaitingStreamNeitherEndsItNorMakesItSkip() throws Exception {
        feed.put("a", "1");
        try (Watch watch = watch(prefix("a"), 1)) {
            assertThat(words(watch, 1)).containsExactly("1 a=1");
            for (int i = 0; i < 50; i++) {
                long newest = feed.put("b", "" + i);
                await().until(() -> hub.through() == newest);
                feed.compact(newest);
            }
            feed.put("a", "2");
            assertThat(words(watch, 1)).containsExactly("52 a=2");
        }
    }

    @Test
    void aStreamThatIsBehindInHistoryWhenThatIsCompactedEndsAndSaysSo() throws Exception {
        String value = "v".repeat(1000);
        for (int i = 0; i < 1000; i++) {
            feed.put("a", value);
        }
        try (Watch watch = watch(ALL, 1)) {
            feed.compact(1000);
            Signal signal = next(watch);
            long last = 0;
            while (signal instanceof Signal.Changed(RevisionChanges revision)) {
                assertThat(revision.revision()).isEqualTo(++last);
                signal = next(watch);
            }
            assertThat(signal).isEqualTo(new Signal.Ended(new WatchEnd.Compacted(1000)));
            assertThat(watch.through()).isLessThan(1000);
            assertThat(hub.counts().compactedEnds()).isEqualTo(1);
        }
    }

    /** The copy that a peer sends to who is far behind: what it holds of history is as good as what was applied. */
    @Test
    void anInstalledCopyThatHoldsTheGapContinuesStreamsAndOneThatDoesNotEndsThem() throws Exception {
        feed.put("a", "1");
        try (FeedStore peer = new FeedStore(directory.resolve("peer"))) {
            peer.put("a", "1");
            try (Watch watch = watch(ALL, 1);
                    Watch later = watch(ALL, 6);
                    Bell bell = hub.bell(new Interest.Key(Bytes.ofUtf8("nothing")))) {
                assertThat(words(watch, 1)).containsExactly("1 a=1");
                peer.put("b", "2");
                peer.put("b", "3");
                install(peer, "whole");
                assertThat(words(watch, 2)).containsExactly("2 b=2", "3 b=3");

                peer.put("c", "4");
                peer.put("c", "5");
                peer.put("c", "6");
                peer.compact(6);
                install(peer, "with a gap");
                assertThat(words(watch, 1)).containsExactly(new WatchEnd.Compacted(6).toString());
                assertThat(watch.through()).isEqualTo(3);
                assertThat(words(later, 1)).as("it did not wait for what is gone").containsExactly("6 c=6");
                assertThat(bell.await(PATIENCE_NANOS)).as("it may have").isEqualTo(Bell.Ring.RUNG);
            }
        }
    }

    private void install(FeedStore from, String name) {
        Path copy = directory.resolve(name);
        from.store().checkpoint(copy);
        feed.store().install(copy);
    }

    @Test
    void whoReadsTooSlowlyIsToldSoAndKeepsNoMemory() throws Exception {
        try (Watch slow = watch(ALL, 1); Watch other = watch(prefix("b"), 1)) {
            for (int i = 1; i <= 64; i++) {
                feed.put("a", "x");
            }
            await().until(() -> hub.through() == 64);
            assertThat(hub.bufferedBytes()).isPositive();
            assertThat(words(slow, 1)).as("as many as may wait").containsExactly("1 a=x");
            feed.put("a", "x");
            feed.put("a", "x");
            await().untilAsserted(() -> assertThat(hub.bufferedBytes()).isZero());
            assertThat(next(slow)).isEqualTo(new Signal.Ended(new WatchEnd.Lagging()));
            assertThat(slow.through()).as("told as progress").isEqualTo(1);
            assertThat(hub.counts().laggingEnds()).isEqualTo(1);
            feed.put("b", "y");
            assertThat(words(other, 1)).as("others go on").containsExactly("67 b=y");
        }
    }

    @Test
    void aSingleRevisionHasRoomHoweverLargeAndTheNextHasNone() throws Exception {
        hub = hub(new WatchLimits(4, 100, 64, 4 << 20));
        try (Watch slow = watch(ALL, 1)) {
            feed.put("a", "x".repeat(1000));
            assertThat(word(next(slow))).startsWith("1 a=x");
            feed.put("a", "x".repeat(1000));
            feed.put("a", "x");
            await().until(() -> hub.through() == 3);
            assertThat(next(slow)).isEqualTo(new Signal.Ended(new WatchEnd.Lagging()));
        }
    }

    @Test
    void whenAllTogetherKeepTooMuchTheSlowestEndsFirstAndWhatIsSharedCountsOnce() throws Exception {
        String value = "x".repeat(10_000);
        hub = hub(new WatchLimits(10, 1 << 20, 64, 45_000));
        try (Watch slowest = watch(prefix("a"), 1);
                Watch slow = watch(prefix("b"), 1);
                Watch same = watch(prefix("b"), 1)) {
            feed.put("a", value);
            feed.put("b", value);
            feed.put("b", value);
            feed.put("b", value);
            await().until(() -> hub.through() == 4);
            assertThat(hub.bufferedBytes()).isBetween(40_000L, 45_000L);
            assertThat(hub.counts().laggingEnds()).isZero();
            feed.put("b", value);
            await().untilAsserted(() -> assertThat(hub.through()).isEqualTo(5));
            assertThat(hub.bufferedBytes()).isBetween(40_000L, 45_000L);
            assertThat(next(slowest)).isEqualTo(new Signal.Ended(new WatchEnd.Lagging()));
            assertThat(words(slow, 4)).map(word -> word.substring(0, 1)).containsExactly("2", "3", "4", "5");
            assertThat(words(same, 4)).map(word -> word.substring(0, 1)).containsExactly("2", "3", "4", "5");
        }
        await().untilAsserted(() -> assertThat(hub.bufferedBytes()).isZero());
    }

    /** etcd #15220 is progress that was told before the events that it spoke of. */
    @Test
    void progressIsNeverBeforeWhatWaitsToBeTaken() throws Exception {
        try (Watch watch = watch(prefix("a"), 1)) {
            awaitThrough(watch, 0);
            for (int i = 0; i < 20; i++) {
                feed.put("a", "x");
                feed.put("b", "x");
            }
            await().until(() -> hub.through() == 40);
            long last = 0;
            for (int i = 0; i < 20; i++) {
                assertThat(watch.through()).as("before it is taken").isEqualTo(last);
                Signal.Changed changed = (Signal.Changed) watch.next(0);
                last = changed.revision().revision();
                assertThat(watch.through()).isEqualTo(last);
            }
            awaitThrough(watch, 40);
        }
    }

    @Test
    void aRevisionThatIsTooLargeForOneEventComesInPartsLiveAndFromHistory() throws Exception {
        String value = "v".repeat(1 << 20);
        hub = hub(new WatchLimits(4, 16 << 20, 64, 64 << 20));
        List<List<String>> seen = new ArrayList<>();
        try (Watch live = watch(ALL, 1); Watch first = watch(prefix("k0"), 1)) {
            feed.put("a", "1");
            feed.putAll(IntStream.range(0, 6).mapToObj(n -> "k" + n), value);
            feed.put("b", "1");
            for (Watch watch : List.of(live, watch(ALL, 1))) {
                List<String> words = words(watch, 4);
                seen.add(words.stream().map(word -> word.replace(value, "V")).toList());
            }
            assertThat(words(first, 2)).map(word -> word.replace(value, "V")).containsExactly("2 k0=V...", "2 ");
        }
        List<String> expected = List.of("1 a=1", "2 k0=V,k1=V,k2=V...", "2 k3=V,k4=V,k5=V", "3 b=1");
        assertThat(seen).containsExactly(expected, expected);
    }

    @Test
    void aTransactionOfAPageAndMoreIsOneEvent() throws Exception {
        String value = "v".repeat(100 << 10);
        try (Watch live = watch(ALL, 1)) {
            feed.put("a", "1");
            long revision = feed.putAll(IntStream.range(10, 40).mapToObj(n -> "k" + n), value);
            for (Watch watch : List.of(live, watch(ALL, 1))) {
                next(watch);
                Signal.Changed changed = (Signal.Changed) next(watch);
                assertThat(changed.revision().revision()).isEqualTo(revision);
                assertThat(changed.revision().changes()).hasSize(30);
                assertThat(changed.revision().complete()).isTrue();
            }
        }
    }

    @Test
    void soManyAndNoMoreMayBeOpen() {
        List<AutoCloseable> open = new ArrayList<>(List.of(watch(ALL, 1), watch(ALL, 1), watch(ALL, 1), hub.bell(ALL)));
        assertThatThrownBy(() -> watch(ALL, 1)).isInstanceOfSatisfying(WatchRefusedException.class, e ->
                assertThat(e.why()).isEqualTo(WatchRefusedException.Why.TOO_MANY));
        assertThatThrownBy(() -> hub.bell(ALL)).isInstanceOf(WatchRefusedException.class);
        assertThat(hub.counts().refusals()).isEqualTo(2);
        ((Watch) open.getFirst()).close();
        ((Watch) open.getFirst()).close();
        open.set(0, hub.bell(ALL));
        assertThatThrownBy(() -> hub.bell(ALL)).as("closing twice frees one place").isInstanceOf(WatchRefusedException.class);
        assertThat(hub.openCount()).isEqualTo(4);
    }

    @Test
    void whenTheNodeStopsAllEndAtOnceAndNoneIsOpened() throws Exception {
        try (Watch watch = watch(ALL, 1); Bell bell = hub.bell(ALL)) {
            feed.put("a", "1");
            await().until(() -> hub.through() == 1);
            hub.close();
            assertThat(next(watch)).isEqualTo(new Signal.Ended(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN)));
            assertThat(watch.through()).as("what was not taken is no progress").isZero();
            assertThat(bell.await(PATIENCE_NANOS)).isEqualTo(Bell.Ring.ENDED);
            assertThatThrownBy(() -> watch(ALL, 1)).isInstanceOfSatisfying(WatchRefusedException.class, e ->
                    assertThat(e.why()).isEqualTo(WatchRefusedException.Why.CLOSED));
        }
    }

    @Test
    void aBellRingsForWhatIsReadTooEarlyAndOnceForMuch() throws Exception {
        try (Bell bell = hub.bell(new Interest.Key(Bytes.ofUtf8("a")))) {
            feed.put("a", "1");
            feed.put("a", "2");
            await().until(() -> hub.through() == 2);
            assertThat(bell.await(PATIENCE_NANOS)).isEqualTo(Bell.Ring.RUNG);
            feed.put("b", "1");
            await().until(() -> hub.through() == 3);
            assertThat(bell.await(0)).isEqualTo(Bell.Ring.QUIET);
        }
    }

    @Test
    void whileNobodyWatchesNothingIsRead() {
        for (int i = 0; i < 100; i++) {
            feed.put("a", "x");
        }
        assertThat(hub.pagesRead()).isZero();
        try (Bell bell = hub.bell(ALL)) {
            assertThat(bell.end()).isEmpty();
            assertThat(hub.pagesRead()).as("nor what happened before").isZero();
        }
    }

    @Test
    void thousandStreamsOfOtherKeysCostAChangeNothing() {
        hub = hub(new WatchLimits(2000, 1 << 20, 64, 4 << 20));
        List<Watch> streams = IntStream.range(0, 1000)
                .mapToObj(n -> watch(prefix(String.format("tenant-%04d/", n)), 1))
                .toList();
        long before = hub.visited();
        for (int i = 0; i < 100; i++) {
            feed.put("tenant-0007/x", "v");
        }
        await().until(() -> hub.through() == 100);
        assertThat(hub.visited() - before).as("rows, nodes and streams looked at for 100 changes").isLessThan(1000);
        streams.forEach(Watch::close);
    }
}
