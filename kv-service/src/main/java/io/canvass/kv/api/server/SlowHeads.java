package io.canvass.kv.api.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.catalina.connector.Connector;

/**
 * Hangs up on clients that take too long for the head of a request. Tomcat's own timeout bounds each pause, so that a byte now and
 * then would keep a connection for days. Looks every now and then, on a thread of its own.
 */
public final class SlowHeads implements AutoCloseable {
    /** The setting, as {@code kv.limit.refusals} names it. */
    static final String LIMIT = "kv.request.head-timeout";

    private static final long MOST_MILLIS_BETWEEN_LOOKS = 1000;
    private static final int LOOKS_PER_LIMIT = 4;

    private final Duration limit;
    private final MeterRegistry registry;
    private final List<Connector> connectors = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("kv-slow-heads").daemon(true).unstarted(task));

    /** @param limit from the first byte of a head to its last; a client is hung up on at most a second later */
    public SlowHeads(Duration limit, MeterRegistry registry) {
        this.limit = limit;
        this.registry = registry;
    }

    /** Called for each connector before it starts. */
    void watch(Connector connector) {
        connectors.add(connector);
    }

    /** Begins to look. */
    public void start() {
        long millis = Math.clamp(limit.toMillis() / LOOKS_PER_LIMIT, 1, MOST_MILLIS_BETWEEN_LOOKS);
        var _ = executor.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (Connector connector : connectors) {
            if (connector.getProtocolHandler() instanceof OpenHttp11Protocol http) {
                int ended = http.endHeadsOlderThan(limit);
                if (ended > 0) {
                    // As with the other limits: there once it was met.
                    registry.counter("kv.limit.refusals", "limit", LIMIT).increment(ended);
                }
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
