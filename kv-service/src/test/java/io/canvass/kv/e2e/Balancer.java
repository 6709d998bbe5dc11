package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * All nodes in turn, as a load balancer does it: a node whose answer ends its connection, or that refuses one, gets nothing more until
 * its readiness probe succeeds. What was asked of a node that refused the connection is asked of another; every other failure is
 * one, and is kept. Shared by all clients.
 */
final class Balancer implements Route, AutoCloseable {
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);

    private final List<String> urls;
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final Http probes = new Http(Duration.ofSeconds(2));
    private final Thread prober;
    private volatile boolean closed;

    Balancer(List<String> urls) {
        this.urls = List.copyOf(urls);
        this.prober = Thread.ofPlatform().name("balancer-probes").start(this::probe);
    }

    @Override
    public String next() {
        String url = "";
        for (int tries = 0; tries < urls.size(); tries++) {
            url = urls.get((int) (turns.getAndIncrement() % urls.size()));
            if (!away.contains(url)) {
                return url;
            }
        }
        return url;
    }

    @Override
    public void settled(String url, Http.Reply reply, long nanos) {
        if (reply.last()) {
            away.add(url);
        }
        if (reply.reach() == Http.Reach.NOT_CONNECTED) {
            return;
        }
        requests.incrementAndGet();
        slowestNanos.accumulateAndGet(nanos, Math::max);
        if (!reply.isSuccess()) {
            failures.add(url + ": " + reply);
        }
    }

    /** Requests that reached a node and did not succeed, or whose connection broke. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Requests that reached a node. */
    long requests() {
        return requests.get();
    }

    Duration slowest() {
        return Duration.ofNanos(slowestNanos.get());
    }

    @Override
    public void close() {
        closed = true;
        try {
            prober.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        probes.close();
    }

    private void probe() {
        while (!closed) {
            away.removeIf(url -> probes.get(url + "/readyz").status() == 200);
            LockSupport.parkNanos(PROBE_INTERVAL.toNanos());
        }
    }
}
