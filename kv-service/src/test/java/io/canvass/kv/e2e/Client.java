package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A client that knows all nodes, and turns to the next when one fails it. One thread. */
final class Client implements AutoCloseable {
    /** Short, for a node that hangs must not hold a client for longer than an election lasts. */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Http http = new Http(REQUEST_LIMIT);
    private final List<String> urls;
    private final BooleanSupplier goesOn;
    private int current;

    Client(List<String> urls, int first, BooleanSupplier goesOn) {
        this.urls = List.copyOf(urls);
        this.current = first % urls.size();
        this.goesOn = goesOn;
    }

    /** Whether the test still wants load. */
    boolean goesOn() {
        return goesOn.getAsBoolean();
    }

    /** One attempt; if it fails, the next goes to another node. */
    Http.Reply put(String key, String value, String... headers) {
        return settled(http.put(urls.get(current) + "/v1/kv/" + key, value, headers));
    }

    Http.Reply get(String key) {
        return settled(http.get(urls.get(current) + "/v1/kv/" + key));
    }

    @Override
    public void close() {
        http.close();
    }

    private Http.Reply settled(Http.Reply reply) {
        if (reply.reach() != Http.Reach.ANSWERED || reply.status() >= 500) {
            current = (current + 1) % urls.size();
        }
        // The load's density: some requests are under way at every moment, and the nodes are left their cores.
        LockSupport.parkNanos(PAUSE.toNanos());
        return reply;
    }
}
