package io.canvass.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** One run of {@code load}: connections on their loops, and what the servers used in the measured time. */
final class LoadRun {
    /** A fill has no length in time; this only keeps a dead server from holding it for ever. */
    private static final int MAX_FILL_SECONDS = 120;

    private final LoadOptions options;
    private final AtomicInteger filled = new AtomicInteger();

    LoadRun(LoadOptions options) {
        this.options = options;
    }

    Report run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        boolean fill = options.op() == LoadOptions.Op.FILL;
        long from = start + (fill ? 0 : TimeUnit.SECONDS.toNanos(options.warmupSeconds()));
        long to = from + TimeUnit.SECONDS.toNanos(fill ? MAX_FILL_SECONDS : options.seconds());
        EventLoop.Schedule schedule = new EventLoop.Schedule(from, to);
        int threads = Math.min(options.threads(), options.connections());
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<Tally>> loops = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                loops.add(executor.submit(new EventLoop(options, schedule, connections(i, threads), keys(i))));
            }
            sleepUntil(from);
            ServerUsage before = ServerUsage.of(options.pids());
            long ownBefore = ownCpuNanos();
            if (!fill) {
                sleepUntil(to);
            }
            ServerUsage after = ServerUsage.of(options.pids());
            double ownCpuSeconds = (ownCpuNanos() - ownBefore) / 1e9;
            Tally total = gather(loops);
            double seconds = fill ? (System.nanoTime() - start) / 1e9 : options.seconds();
            return new Report(
                    options, total, seconds, after.cpuSecondsSince(before), after.residentBytes(), ownCpuSeconds);
        }
    }

    private List<Connection> connections(int loop, int loops) {
        List<Connection> connections = new ArrayList<>();
        for (int i = loop; i < options.connections(); i += loops) {
            URI target = options.targets().get(i % options.targets().size());
            connections.add(new Connection(target, RequestTemplate.of(options, target)));
        }
        return connections;
    }

    private IntSupplier keys(int loop) {
        if (options.op() == LoadOptions.Op.FILL) {
            return () -> {
                int key = filled.getAndIncrement();
                return key < options.keys() ? key : Connection.NO_KEY;
            };
        }
        // Seeded, so that both servers of a comparison meet the same keys.
        SplittableRandom random = new SplittableRandom(loop);
        return () -> random.nextInt(options.keys());
    }

    private static Tally gather(List<Future<Tally>> loops) throws IOException, InterruptedException {
        Tally total = new Tally();
        for (Future<Tally> loop : loops) {
            try {
                total.add(loop.get());
            } catch (ExecutionException e) {
                throw new IOException("An event loop died: " + e.getCause(), e);
            }
        }
        return total;
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long rest = nanos - System.nanoTime();
        if (rest > 0) {
            TimeUnit.NANOSECONDS.sleep(rest);
        }
    }

    private static long ownCpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
