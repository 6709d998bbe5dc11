package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.raft.core.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class ConcurrentReadTest {
    private static final int READERS = 3;
    private static final int WRITES = 150;
    private static final int TAIL = 20;

    @TempDir
    Path parent;

    /** HAZARDS F9: each write replaces the whole tail with one of its own epoch; no read may see two epochs in it. */
    @Test
    void aReadNeverMixesTwoHistories() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        try (RocksRaftStore store = Stores.open(parent.resolve("raft"));
                ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            store.write(List.of(Stores.append(Stores.epoch(1), tail(1))));
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                running.add(readers.submit(() -> {
                    while (!done.get()) {
                        assertOneEpoch(store.read(2, TAIL, Stores.NO_LIMIT));
                        reads.incrementAndGet();
                    }
                }));
            }
            try {
                // Also until each reader had its turn, however slow the machine is.
                for (long epoch = 2; epoch <= WRITES || reads.get() < READERS * 10; epoch++) {
                    store.write(List.of(Stores.persist(Stores.epoch(epoch), 2, tail(epoch))));
                    failFast(running);
                }
            } finally {
                done.set(true);
            }
            for (Future<?> reader : running) {
                reader.get();
            }
        }
    }

    /** Each write appends and drops: a read gives just what was asked for, or says that it is gone; never damage. */
    @Test
    void aReadThatRacesWithABaseGivesAllOrNothing() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong gone = new AtomicLong();
        AtomicLong base = new AtomicLong(1);
        try (RocksRaftStore store = Stores.open(parent.resolve("raft"));
                ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            store.write(List.of(Stores.append(Stores.epoch(1), tail(1))));
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                running.add(readers.submit(() -> {
                    while (!done.get()) {
                        long from = base.get() + 1;
                        List<Entry> read = store.read(from, from + 2, Stores.NO_LIMIT);
                        if (read.isEmpty()) {
                            gone.incrementAndGet();
                        } else {
                            assertThat(read).extracting(Entry::index).containsExactly(from, from + 1, from + 2);
                        }
                    }
                }));
            }
            try {
                for (long last = TAIL + 1; last <= WRITES || gone.get() < READERS; last++) {
                    store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(last, 1, 30)),
                            Stores.compact(Stores.epoch(1), Stores.base(last - 5, 1))));
                    base.set(last - 5);
                    failFast(running);
                }
            } finally {
                done.set(true);
            }
            for (Future<?> reader : running) {
                reader.get();
            }
        }
    }

    private static void failFast(List<Future<?>> running) throws Exception {
        for (Future<?> reader : running) {
            if (reader.isDone()) {
                reader.get();
            }
        }
    }

    private static Entry[] tail(long epoch) {
        Entry[] tail = new Entry[TAIL - 1];
        for (int i = 0; i < tail.length; i++) {
            tail[i] = Stores.command(i + 2, epoch, 30);
        }
        return tail;
    }

    private static void assertOneEpoch(List<Entry> entries) {
        assertThat(entries).hasSize(TAIL - 1);
        assertThat(entries.stream().map(Entry::epoch).distinct()).hasSize(1);
    }

    @Test
    void aCloseWaitsForReadsAndThenRefusesThem() throws Exception {
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            RocksRaftStore store = Stores.open(parent.resolve("raft"));
            AtomicLong reads = new AtomicLong();
            List<Future<String>> running = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                running.add(readers.submit(() -> readUntilRefused(store, reads)));
            }
            while (reads.get() < READERS * 100) {
                Thread.onSpinWait();
            }
            store.close();
            for (Future<String> reader : running) {
                assertThat(reader.get()).contains("closed");
            }
        }
    }

    private static String readUntilRefused(RaftStore store, AtomicLong reads) {
        while (true) {
            try {
                store.read(1, 1, Stores.NO_LIMIT);
                reads.incrementAndGet();
            } catch (StorageException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }
}
