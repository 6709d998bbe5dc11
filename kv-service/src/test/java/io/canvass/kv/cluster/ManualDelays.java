package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Time that passes only when the test says so, on the test's thread. */
final class ManualDelays implements Delays {
    private final List<Task> tasks = new ArrayList<>();
    private long now = 1;
    private long lastNumber;

    private record Task(long number, long atNanos, Runnable action) {}

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public synchronized Delayed after(long nanos, Runnable task) {
        Task scheduled = new Task(++lastNumber, now + nanos, task);
        tasks.add(scheduled);
        return () -> remove(scheduled);
    }

    /** Runs what is due within this time, in order. */
    void pass(Duration time) {
        long end = nanoTime() + time.toNanos();
        Optional<Task> next = next(end);
        while (next.isPresent()) {
            next.get().action().run();
            next = next(end);
        }
        advance(end);
    }

    synchronized int waiting() {
        return tasks.size();
    }

    /** Whether a task is due within this time. */
    synchronized boolean isDueWithin(Duration time) {
        return tasks.stream().anyMatch(task -> task.atNanos() <= now + time.toNanos());
    }

    private synchronized Optional<Task> next(long end) {
        Optional<Task> next = tasks.stream()
                .filter(task -> task.atNanos() <= end)
                .min(Comparator.comparingLong(Task::atNanos));
        next.ifPresent(task -> {
            tasks.remove(task);
            now = Math.max(now, task.atNanos());
        });
        return next;
    }

    private synchronized void advance(long end) {
        now = end;
    }

    private synchronized void remove(Task task) {
        tasks.remove(task);
    }
}
