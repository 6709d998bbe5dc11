package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A client that knows all nodes; its route says which is next. One thread. */
final class Client implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Http http;
    private final Route route;
    private final BooleanSupplier goesOn;

    /** @param patience for one request */
    Client(Route route, Duration patience, BooleanSupplier goesOn) {
        this.http = new Http(patience);
        this.route = route;
        this.goesOn = goesOn;
    }

    /** Whether the test still wants load. */
    boolean goesOn() {
        return goesOn.getAsBoolean();
    }

    /** One attempt; the route decides where the next one goes. */
    Http.Reply put(String key, String value, String... headers) {
        return settled(url -> http.put(url + "/v1/kv/" + key, value, headers));
    }

    Http.Reply get(String key) {
        return settled(url -> http.get(url + "/v1/kv/" + key));
    }

    @Override
    public void close() {
        http.close();
    }

    private Http.Reply settled(Function<String, Http.Reply> request) {
        String url = route.next();
        long begun = System.nanoTime();
        Http.Reply reply = request.apply(url);
        route.settled(url, reply, System.nanoTime() - begun);
        // The load's density: some requests are under way at every moment, and the nodes are left their cores.
        LockSupport.parkNanos(PAUSE.toNanos());
        return reply;
    }
}
