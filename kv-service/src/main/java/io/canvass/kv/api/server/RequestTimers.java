package io.canvass.kv.api.server;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Times requests for keys in the meter that Boot times all others in, with the same tags, so that one query shows both.
 * Thread-safe.
 */
@Component
final class RequestTimers {
    private static final String NAME = "http.server.requests";
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE");

    private final MeterRegistry registry;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    private record Key(String method, String uri, int status) {}

    /** @param registry of no effect where metrics are switched off */
    RequestTimers(ObjectProvider<MeterRegistry> registry) {
        this.registry = registry.getIfAvailable(CompositeMeterRegistry::new);
    }

    /** @param uri the route's template, one of a few */
    void record(String method, String uri, int status, long nanos) {
        // Anyone can make up a method; each would be a meter of its own.
        Key key = new Key(METHODS.contains(method) ? method : "UNKNOWN", uri, status);
        Timer timer = timers.get(key);
        if (timer == null) {
            timer = timers.computeIfAbsent(key, this::register);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer register(Key key) {
        return Timer.builder(NAME)
                .tag("method", key.method)
                .tag("uri", key.uri)
                .tag("status", Integer.toString(key.status))
                .tag("outcome", outcome(key.status))
                .tag("exception", "none")
                .tag("error", "none")
                .register(registry);
    }

    private static String outcome(int status) {
        return switch (status / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            case 5 -> "SERVER_ERROR";
            default -> "UNKNOWN";
        };
    }
}
