package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes one lock again and again, waiting for it, and writes to what it protects while it holds it. Now and then it
 * falls asleep past its lease and writes all the same, as a process does that was paused: the resource has to refuse
 * that.
 */
final class LockWorker implements Runnable {
    private static final int WRITES = 5;

    private final String id;
    private final String lock;
    private final List<String> urls;
    private final FencedResource resource;
    private final Duration ttl;
    private final AtomicLong taken = new AtomicLong();
    private volatile boolean stopped;
    private int turn;
    /** The token that it gave back last, whether the cluster has heard of that or will hear of it later. */
    private long givenBack;

    LockWorker(String id, String lock, List<String> urls, FencedResource resource, Duration ttl) {
        this.id = id;
        this.lock = lock;
        this.urls = List.copyOf(urls);
        this.resource = resource;
        this.ttl = ttl;
        this.turn = Math.floorMod(id.hashCode(), urls.size());
    }

    void stop() {
        stopped = true;
    }

    long taken() {
        return taken.get();
    }

    @Override
    public void run() {
        try (Http http = new Http(Duration.ofSeconds(8))) {
            while (!stopped) {
                long sentNanos = System.nanoTime();
                Http.Reply reply = put(http, "?wait=2s");
                if (reply.isSuccess()) {
                    taken.incrementAndGet();
                    long token = reply.json().path("token").asLong();
                    hold(http, token, token == givenBack ? sentNanos : sentNanos + ttl.toNanos());
                } else {
                    turn++;
                    pause(50);
                }
            }
        }
    }

    private Http.Reply put(Http http, String query) {
        String body = "{\"owner\":\"" + id + "\",\"ttl\":\"" + ttl.toMillis() + "ms\"}";
        return http.send("PUT", urls.get(turn % urls.size()) + lock + query, body);
    }

    private void hold(Http http, long token, long untilNanos) {
        for (int i = 0; i < WRITES && !stopped; i++) {
            if (!resource.write(token, id, untilNanos)) {
                return;
            }
            pause(ThreadLocalRandom.current().nextInt(20) == 0 ? 2 * ttl.toMillis() : 20);
        }
        resource.release(token);
        givenBack = token;
        http.deleteIf(urls.get(turn % urls.size()) + lock, "\"" + token + "\"");
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
