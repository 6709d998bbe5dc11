package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

import io.canvass.raft.core.Entry;
import io.canvass.raft.storage.RaftStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that applies. It takes all that is committed, applies it in chunks, and tells those who wait: proposals by the
 * place they were given in the log, reads by the index they wait for.
 */
final class Applier<R> implements Runnable {
    /** Entries handed to the state machine in one call: enough to share a write batch, few enough to keep latency even. */
    private static final int MAX_CHUNK_ENTRIES = 1024;

    private static final int MAX_CHUNK_BYTES = 4 << 20;
    /** Entries that wait in memory; beyond this, ranges wait and are read from the store again. */
    private static final long MAX_WAITING_BYTES = 32 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    /** Committed entries; {@code entries} is empty where they have to be read. */
    private sealed interface Work {
        long bytes();
    }

    private record Range(long from, long to, List<Entry> entries, long bytes) implements Work {}

    /**
     * Something else that has to be done between two batches.
     *
     * @param dropped run instead if the thread ends before
     */
    private record Errand(Runnable task, Runnable dropped) implements Work {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /** A proposal that has a place in the log; linked because a place can be given twice, to different epochs. */
    private static final class Waiter<R> {
        final long epoch;
        final CompletableFuture<Applied<R>> future;
        @Nullable Waiter<R> next;

        Waiter(long epoch, CompletableFuture<Applied<R>> future) {
            this.epoch = epoch;
            this.future = future;
        }
    }

    private record ReadWaiter(long index, CompletableFuture<Long> future) {}

    private final StateMachine<R> machine;
    private final RaftStore store;
    private final Inbox inbox;
    private final RaftListener listener;
    private final Object lock = new Object();
    private final Deque<Work> work = new ArrayDeque<>();
    private final Map<Long, Waiter<R>> waiters = new HashMap<>();
    private final PriorityQueue<ReadWaiter> reads = new PriorityQueue<>(Comparator.comparingLong(ReadWaiter::index));
    private long waitingBytes;
    private boolean closed;
    private volatile long appliedIndex;

    Applier(StateMachine<R> machine, RaftStore store, Inbox inbox, long appliedIndex, RaftListener listener) {
        this.machine = machine;
        this.store = store;
        this.inbox = inbox;
        this.listener = listener;
        this.appliedIndex = appliedIndex;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** What waits, in ranges and in bytes, and how many reads do. */
    record Waiting(int ranges, long bytes, int reads) {}

    Waiting waiting() {
        synchronized (lock) {
            return new Waiting(work.size(), waitingBytes, reads.size());
        }
    }

    /** Whether the entries themselves may be handed over, or only their range. */
    boolean hasRoom() {
        synchronized (lock) {
            return waitingBytes < MAX_WAITING_BYTES;
        }
    }

    void submit(long from, long to, List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.sizeBytes();
        }
        synchronized (lock) {
            work.addLast(new Range(from, to, entries, bytes));
            waitingBytes += bytes;
            lock.notify();
        }
    }

    private void run(Errand errand) {
        synchronized (lock) {
            if (!closed) {
                work.addLast(errand);
                lock.notify();
                return;
            }
        }
        errand.dropped().run();
    }

    /** Makes what is applied durable, on the caller's thread. */
    long flush() {
        return machine.flush();
    }

    /** Copies the state, after all that was submitted; completes with the index that the copy is of. */
    CompletableFuture<Long> checkpoint(Path empty) {
        CompletableFuture<Long> copied = new CompletableFuture<>();
        run(new Errand(
                () -> {
                    try {
                        machine.checkpoint(empty);
                        copied.complete(appliedIndex);
                    } catch (RuntimeException e) {
                        copied.completeExceptionally(e);
                    }
                },
                () -> copied.completeExceptionally(new RaftException.Stopped("The replica stops"))));
        return copied;
    }

    /** On the caller's thread. */
    void verify(Path copy) {
        machine.verify(copy);
    }

    /** Puts a snapshot in place of the state. A failure ends the replica, as one of apply does. */
    void install(Path directory, long index, Runnable then) {
        run(new Errand(
                () -> {
                    machine.install(directory);
                    installed(index);
                    then.run();
                },
                () -> {}));
    }

    /** Nobody will ever know here what became of commands whose place the snapshot covers. */
    private void installed(long index) {
        List<Runnable> completions = new ArrayList<>();
        synchronized (lock) {
            appliedIndex = index;
            waiters.entrySet().removeIf(place -> {
                if (place.getKey() > index) {
                    return false;
                }
                for (Waiter<R> waiter = place.getValue(); waiter != null; waiter = waiter.next) {
                    CompletableFuture<Applied<R>> future = waiter.future;
                    completions.add(() -> future.completeExceptionally(
                            new RaftException.OutcomeUnknown("A snapshot took the place of the entries in question")));
                }
                return true;
            });
            collectReads(completions);
        }
        completions.forEach(Runnable::run);
    }

    /** Completes the future when this index is applied, or when another epoch's entry has taken its place. */
    void await(long index, long epoch, CompletableFuture<Applied<R>> future) {
        Waiter<R> waiter = new Waiter<>(epoch, future);
        synchronized (lock) {
            if (!closed) {
                waiter.next = waiters.put(index, waiter);
                return;
            }
        }
        future.completeExceptionally(new RaftException.OutcomeUnknown("The replica stopped before the command was applied"));
    }

    /** Completes the future once this index is applied. */
    void awaitRead(long index, CompletableFuture<Long> future) {
        if (appliedIndex < index) {
            synchronized (lock) {
                if (!closed && appliedIndex < index) {
                    reads.add(new ReadWaiter(index, future));
                    return;
                }
            }
        }
        if (appliedIndex >= index) {
            future.complete(index);
        } else {
            future.completeExceptionally(new RaftException.Stopped("The replica stops"));
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                Work next = take();
                if (next == null) {
                    return;
                }
                switch (next) {
                    case Range range -> apply(range);
                    case Errand errand -> errand.task().run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("Applying the log failed; this replica stops", e);
            inbox.offer(new Event.ApplyFailed("Applying the log failed", e));
        }
    }

    private @Nullable Work take() throws InterruptedException {
        synchronized (lock) {
            while (work.isEmpty() && !closed) {
                lock.wait();
            }
            if (closed) {
                return null;
            }
            Work next = work.removeFirst();
            waitingBytes -= next.bytes();
            return next;
        }
    }

    private void apply(Range range) {
        long next = range.from();
        while (next <= range.to()) {
            List<Entry> chunk = chunk(range, next);
            if (chunk.isEmpty()) {
                throw new IllegalStateException("Entry " + next + " was dropped from the log before it was applied");
            }
            long begun = System.nanoTime();
            List<R> results = machine.apply(chunk);
            long took = System.nanoTime() - begun;
            if (results.size() != chunk.size()) {
                throw new IllegalStateException(
                        "The state machine answered " + results.size() + " of " + chunk.size() + " entries");
            }
            next += chunk.size();
            tell(chunk, results);
            listener.applied(took, chunk.size());
        }
    }

    private List<Entry> chunk(Range range, long next) {
        if (range.entries().isEmpty()) {
            return store.read(next, Math.min(range.to(), next + MAX_CHUNK_ENTRIES - 1), MAX_CHUNK_BYTES);
        }
        int begin = (int) (next - range.from());
        int most = Math.min(range.entries().size(), begin + MAX_CHUNK_ENTRIES);
        int end = begin;
        long bytes = 0;
        while (end < most && (end == begin || bytes + range.entries().get(end).sizeBytes() <= MAX_CHUNK_BYTES)) {
            bytes += range.entries().get(end).sizeBytes();
            end++;
        }
        return range.entries().subList(begin, end);
    }

    /** Futures are completed outside the lock: what hangs on them may come back here. */
    private void tell(List<Entry> chunk, List<R> results) {
        List<Runnable> completions = new ArrayList<>();
        synchronized (lock) {
            appliedIndex = chunk.getLast().index();
            if (!waiters.isEmpty()) {
                for (int i = 0; i < chunk.size(); i++) {
                    collect(chunk.get(i), results.get(i), completions);
                }
            }
            collectReads(completions);
        }
        completions.forEach(Runnable::run);
    }

    private void collectReads(List<Runnable> completions) {
        while (!reads.isEmpty() && reads.peek().index() <= appliedIndex) {
            ReadWaiter read = reads.remove();
            completions.add(() -> read.future().complete(read.index()));
        }
    }

    private void collect(Entry entry, R result, List<Runnable> completions) {
        Waiter<R> waiter = waiters.remove(entry.index());
        while (waiter != null) {
            CompletableFuture<Applied<R>> future = waiter.future;
            long epoch = waiter.epoch;
            if (epoch == entry.epoch()) {
                completions.add(() -> future.complete(new Applied<>(entry.index(), epoch, result)));
            } else {
                // Another entry is committed in this place, so this one never will be.
                completions.add(() ->
                        future.completeExceptionally(new RaftException.Superseded(entry.index(), epoch)));
            }
            waiter = waiter.next;
        }
    }

    /** Ends the thread after the chunk under way and tells all who wait that they will not hear more. */
    void close() {
        List<CompletableFuture<Applied<R>>> unknown = new ArrayList<>();
        List<CompletableFuture<Long>> unread = new ArrayList<>();
        List<Errand> errands = new ArrayList<>();
        synchronized (lock) {
            closed = true;
            for (Work left : work) {
                if (left instanceof Errand errand) {
                    errands.add(errand);
                }
            }
            work.clear();
            lock.notifyAll();
            for (Waiter<R> first : waiters.values()) {
                for (Waiter<R> waiter = first; waiter != null; waiter = waiter.next) {
                    unknown.add(waiter.future);
                }
            }
            waiters.clear();
            reads.forEach(read -> unread.add(read.future()));
            reads.clear();
        }
        errands.forEach(errand -> errand.dropped().run());
        unknown.forEach(future -> future.completeExceptionally(
                new RaftException.OutcomeUnknown("The replica stopped before the command was applied")));
        unread.forEach(future -> future.completeExceptionally(new RaftException.Stopped("The replica stops")));
    }
}
