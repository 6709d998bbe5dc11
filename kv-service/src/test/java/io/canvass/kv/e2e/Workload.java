package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Concurrent clients of all nodes that write without a break while a test does its worst, and the check of all that
 * they were told.
 */
final class Workload implements AutoCloseable {
    private static final Duration PROGRESS_LIMIT = Duration.ofMinutes(1);

    private final List<Writer> writers = List.of(
            new CreatingWriter("create-1"),
            new CreatingWriter("create-2"),
            new CreatingWriter("create-3"),
            new PlainWriter("plain-1"),
            new PlainWriter("plain-2"),
            new CountingWriter("counter"));
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> acknowledgedAtNanos = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private Workload() {}

    /** Starts to write, and returns when that goes well. */
    static Workload on(List<String> urls) {
        Workload workload = new Workload();
        for (int i = 0; i < workload.writers.size(); i++) {
            Writer writer = workload.writers.get(i);
            int first = i;
            workload.threads.add(
                    Thread.ofPlatform().name("workload-" + i).start(() -> workload.write(writer, urls, first)));
        }
        workload.awaitProgress();
        return workload;
    }

    /** Waits for so many more acknowledged writes that each writer may have been among them. */
    void awaitProgress() {
        int before = acknowledgedAtNanos.size();
        await("acknowledged writes").atMost(PROGRESS_LIMIT).until(() -> acknowledgedAtNanos.size() > before + 100);
    }

    /** The longest time so far in which no write of any client was acknowledged. */
    Duration longestPause() {
        long now = System.nanoTime();
        List<Long> times = acknowledgedAtNanos.stream().sorted().toList();
        long longest = now - times.getLast();
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        return Duration.ofNanos(longest);
    }

    /** Ends the load; what is under way is finished first. */
    void stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(PROGRESS_LIMIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Ends the load, reads everything back from a node, and fails if an acknowledged write is lost, if one was applied
     * twice, or one that was refused is there.
     */
    void verify(LocalNode node) {
        stop();
        assertThat(failures).isEmpty();
        assertThat(threads).noneMatch(Thread::isAlive);
        try (Keys keys = new Keys(node.url())) {
            List<String> violations =
                    writers.stream().flatMap(writer -> writer.violations(keys).stream()).toList();
            assertThat(violations).as("broken promises among %d acknowledged writes", acknowledgedAtNanos.size())
                    .isEmpty();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void write(Writer writer, List<String> urls, int first) {
        try (Client client = new Client(urls, first, () -> !stopped)) {
            while (!stopped) {
                if (writer.step(client)) {
                    acknowledgedAtNanos.add(System.nanoTime());
                }
            }
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }
}
