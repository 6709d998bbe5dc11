package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Concurrent clients of all nodes that write without a break while a test does its worst, and the check of all that
 * they were told.
 */
final class Workload implements AutoCloseable {
    private static final Duration PROGRESS_LIMIT = Duration.ofMinutes(1);
    /** Short, for a node that hangs must not hold a client for longer than an election lasts. */
    private static final Duration IMPATIENT = Duration.ofSeconds(1);
    /** Longer than a node takes to answer in any case (kv.request.timeout). */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final List<Writer> writers = List.of(
            new CreatingWriter("create-1"),
            new CreatingWriter("create-2"),
            new CreatingWriter("create-3"),
            new PlainWriter("plain-1"),
            new PlainWriter("plain-2"),
            new CountingWriter("counter"),
            new ReadingWriter("register"));
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> acknowledgedAtNanos = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private Workload() {}

    /** Clients that turn to the next node as soon as one fails them. Starts to write, and returns when that goes well. */
    static Workload on(List<String> urls) {
        return begin(first -> new NextOnFailure(urls, first), IMPATIENT);
    }

    /** Clients that wait for their answers, on this route. */
    static Workload through(Route route) {
        return begin(_ -> route, PATIENT);
    }

    private static Workload begin(IntFunction<Route> routes, Duration patience) {
        Workload workload = new Workload();
        for (int i = 0; i < workload.writers.size(); i++) {
            Writer writer = workload.writers.get(i);
            Route route = routes.apply(i);
            workload.threads.add(Thread.ofPlatform()
                    .name("workload-" + i)
                    .start(() -> workload.write(writer, route, patience)));
        }
        workload.awaitProgress();
        return workload;
    }

    /** Waits for so many more acknowledged writes that each writer may have been among them. */
    void awaitProgress() {
        int before = acknowledgedAtNanos.size();
        await("acknowledged writes").atMost(PROGRESS_LIMIT).until(() -> acknowledgedAtNanos.size() > before + 100);
    }

    /** Writes of all clients so far. */
    int acknowledged() {
        return acknowledgedAtNanos.size();
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

    private void write(Writer writer, Route route, Duration patience) {
        try (Client client = new Client(route, patience, () -> !stopped)) {
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
