package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import io.canvass.proto.kv.v1.Command;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One writer, several readers. Each batch writes all keys with the number of the batch, or deletes them all, so that
 * the revision tells what each key has to be.
 */
class KvStoreConcurrencyTest {
    private static final int KEYS = 20;
    private static final int BATCHES = 400;
    private static final int INSTALL_EVERY = 100;
    private static final int READS = 300;
    private static final int READERS = 2;

    /** A flush now and then, but not after every few batches. */
    private static final StoreLimits LIMITS = new StoreLimits(1 << 20, 512 << 10, 64 << 20);

    @TempDir
    Path directory;

    @Test
    void readersSeeOnlyWholeBatchesAndNeverGoBack() throws Exception {
        CountDownLatch readersLeft = new CountDownLatch(2 * READERS);
        AtomicBoolean ended = new AtomicBoolean();
        try (KvStore store = KvStore.open(directory.resolve("store"), LIMITS);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(reader(() -> viaGet(store), readersLeft, ended)));
                readers.add(threads.submit(reader(() -> viaRange(store), readersLeft, ended)));
            }
            try {
                for (int batch = 1; batch <= BATCHES || readersLeft.getCount() > 0; batch++) {
                    TestLog.applyAll(store, batch(batch));
                    if (batch % INSTALL_EVERY == 0) {
                        Path copy = directory.resolve("copy-" + batch);
                        store.checkpoint(copy);
                        store.install(copy);
                    }
                }
            } finally {
                ended.set(true);
            }
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isGreaterThanOrEqualTo(READS);
            }
        }
    }

    /** Every third batch deletes. */
    private static List<Command> batch(int number) {
        List<Command> commands = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            commands.add(number % 3 == 0 ? TestLog.delete("key-" + key) : TestLog.put("key-" + key, "" + number));
        }
        return commands;
    }

    private static Callable<Long> reader(Callable<Long> read, CountDownLatch left, AtomicBoolean ended) {
        return () -> {
            long reads = 0;
            long revision = 0;
            try {
                for (; reads < READS || !ended.get(); reads++) {
                    if (reads == READS) {
                        left.countDown();
                    }
                    long next = read.call();
                    assertThat(next).isGreaterThanOrEqualTo(revision);
                    revision = next;
                }
            } finally {
                left.countDown();
            }
            return reads;
        };
    }

    private static long viaGet(KvStore store) {
        long last = store.revision();
        for (int i = 0; i < KEYS; i++) {
            Bytes key = Bytes.ofUtf8("key-" + i);
            KvReader.Lookup lookup = store.get(key);
            assertThat(lookup.revision()).isGreaterThanOrEqualTo(last);
            last = lookup.revision();
            assertThat(lookup.value().map(value -> value.value().toUtf8()).orElse("")).isEqualTo(expected(last));
        }
        return last;
    }

    private static long viaRange(KvStore store) {
        KvReader.Page page = store.range(Bytes.EMPTY, KEYS + 1, Long.MAX_VALUE);
        String expected = expected(page.revision());
        assertThat(page.items()).hasSize(expected.isEmpty() ? 0 : KEYS);
        assertThat(page.items()).allMatch(item -> item.value().toUtf8().equals(expected));
        assertThat(store.revision()).as("what was seen stays seen").isGreaterThanOrEqualTo(page.revision());
        return page.revision();
    }

    /** What every key holds at a revision; empty if there is none. */
    private static String expected(long revision) {
        assertThat(revision % KEYS).as("revision %d is amid a batch", revision).isZero();
        long batch = revision / KEYS;
        return batch % 3 == 0 ? "" : "" + batch;
    }
}
