package io.canvass.kv.watch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams of random ranges begin at random places of history while it is written, are ended for being slow, or by
 * themselves, and go on where they ended: each must see each revision of its range once, whole and in order.
 */
@Timeout(300)
class WatchConcurrencyTest {
    private static final int STREAMS = 24;
    private static final int REVISIONS = 4000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyStreamSeesEachRevisionOfItsRangeOnceInOrder(long seed) {
        try (FeedStore feed = new FeedStore(directory.resolve("store"));
                WatchHub hub = new WatchHub(feed.store().queries(), new WatchLimits(STREAMS, 64 << 10, 40, 256 << 10))) {
            feed.store().observe(hub);
            hub.start();
            Executor threads = task -> Thread.ofVirtual().start(task);
            AtomicBoolean written = new AtomicBoolean();
            List<CompletableFuture<Void>> streams = IntStream.range(0, STREAMS)
                    .mapToObj(n -> CompletableFuture.runAsync(
                            () -> new Reader(feed, hub, written, new Random(seed * 1000 + n)).run(), threads))
                    .toList();
            try {
                write(feed, new Random(seed));
            } finally {
                written.set(true);
            }
            streams.forEach(CompletableFuture::join);
            assertThat(hub.bufferedBytes()).isZero();
            assertThat(hub.openCount()).isZero();
        }
    }

    private static void write(FeedStore feed, Random random) {
        while (feed.store().revision() < REVISIONS) {
            String key = key(random);
            switch (random.nextInt(5)) {
                case 0 -> feed.delete(key);
                case 1 -> feed.putAll(
                        IntStream.range(0, 1 + random.nextInt(20)).mapToObj(_ -> key(random)).distinct(), "t");
                default -> feed.put(key, "v".repeat(random.nextInt(600)));
            }
        }
    }

    private static String key(Random random) {
        return (char) ('a' + random.nextInt(4)) + "/" + random.nextInt(30);
    }

    private static final class Reader {
        private final FeedStore feed;
        private final WatchHub hub;
        private final AtomicBoolean written;
        private final Random random;
        private final Interest interest;
        private final List<String> seen = new ArrayList<>();
        /** Everything up to it is accounted for. */
        private long through;

        Reader(FeedStore feed, WatchHub hub, AtomicBoolean written, Random random) {
            this.feed = feed;
            this.hub = hub;
            this.written = written;
            this.random = random;
            this.interest = interest(random);
        }

        private static Interest interest(Random random) {
            Bytes letter = Bytes.ofUtf8("" + (char) ('a' + random.nextInt(4)));
            return switch (random.nextInt(4)) {
                case 0 -> new Interest.Prefix(letter);
                case 1 -> new Interest.Span(KeySpan.between(letter, Bytes.ofUtf8("d/2")));
                case 2 -> new Interest.Key(Bytes.ofUtf8(key(random)));
                default -> new Interest.Prefix(Bytes.EMPTY);
            };
        }

        void run() {
            long begin = 1L + random.nextInt((int) feed.store().revision() + 1);
            through = begin - 1;
            try {
                while (!written.get() || through < feed.store().revision()) {
                    follow();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(seen).as("%s from revision %s", interest, begin).isEqualTo(expected(begin));
        }

        private void follow() throws InterruptedException {
            try (Watch watch = hub.watch(interest, Watch.Kind.OF_KEYS, Previous.WITHOUT, through + 1)) {
                int patience = 1 + random.nextInt(300);
                for (int i = 0; i < patience; i++) {
                    if (random.nextInt(50) == 0) {
                        Thread.sleep(random.nextInt(20));
                    }
                    switch (watch.next(TimeUnit.MILLISECONDS.toNanos(5))) {
                        case Signal.Changed(RevisionChanges revision) -> {
                            assertThat(revision.complete()).isTrue();
                            assertThat(revision.revision()).isGreaterThan(through);
                            seen.add(word(revision.revision(), revision.changes()));
                        }
                        case Signal.Quiet quiet -> {}
                        case Signal.Ended(WatchEnd end) -> {
                            assertThat(end).isEqualTo(new WatchEnd.Lagging());
                            return;
                        }
                    }
                    assertThat(watch.through()).isGreaterThanOrEqualTo(through);
                    through = watch.through();
                }
            }
        }

        private List<String> expected(long begin) {
            List<String> expected = new ArrayList<>();
            for (RevisionChanges revision : feed.store()
                    .queries()
                    .changes(FeedPosition.at(begin), Integer.MAX_VALUE, Long.MAX_VALUE, Previous.WITHOUT)
                    .revisions()) {
                List<Change> own = revision.changes().stream().filter(interest::includes).toList();
                if (!own.isEmpty()) {
                    expected.add(word(revision.revision(), own));
                }
            }
            return expected;
        }

        private static String word(long revision, List<Change> changes) {
            return revision + " " + changes;
        }
    }
}
