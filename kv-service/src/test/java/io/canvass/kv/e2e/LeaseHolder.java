package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps leases alive for a while, then lets each go, and sees how long it lives: never shorter than its TTL after the
 * last keep-alive that was answered was sent, whatever happens to the nodes.
 */
final class LeaseHolder implements Runnable {
    private final List<String> urls;
    private final Duration ttl;
    private final List<Long> lateMillis = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private volatile boolean stopped;
    private int turn;

    LeaseHolder(List<String> urls, Duration ttl) {
        this.urls = List.copyOf(urls);
        this.ttl = ttl;
    }

    void stop() {
        stopped = true;
    }

    /** How long after its time each lease was seen to be gone. */
    synchronized List<Long> lateMillis() {
        return List.copyOf(lateMillis);
    }

    /** Leases that ended early. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public void run() {
        try (Http http = new Http(Duration.ofSeconds(3))) {
            while (!stopped) {
                long sentNanos = System.nanoTime();
                Http.Reply granted = http.send("POST", url() + "/v1/leases", "{\"ttl\":\"" + ttl.toMillis() + "ms\"}");
                if (granted.status() == 201) {
                    follow(http, granted.json().path("id").asString(), sentNanos);
                } else {
                    next();
                }
            }
        }
    }

    private String url() {
        return urls.get(turn % urls.size());
    }

    private void next() {
        turn++;
        sleep(Duration.ofMillis(50));
    }

    /** @param grantedNanos when the request that granted it was sent */
    private void follow(Http http, String lease, long grantedNanos) {
        long keptNanos = grantedNanos;
        for (int i = 0; i < 4; i++) {
            sleep(ttl.dividedBy(4));
            long sentNanos = System.nanoTime();
            Http.Reply reply = http.send("POST", url() + "/v1/leases/" + lease + "/keepalive", "");
            if (reply.status() == 200) {
                keptNanos = sentNanos;
            } else if (reply.status() == 404) {
                gone(lease, keptNanos);
                return;
            } else {
                turn++;
            }
        }
        awaitEnd(http, lease, keptNanos);
    }

    private void awaitEnd(Http http, String lease, long keptNanos) {
        while (!stopped) {
            Http.Reply reply = http.get(url() + "/v1/leases/" + lease);
            if (reply.status() == 404) {
                gone(lease, keptNanos);
                return;
            }
            if (reply.status() != 200) {
                turn++;
            }
            sleep(Duration.ofMillis(20));
        }
    }

    private synchronized void gone(String lease, long keptNanos) {
        long late = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - keptNanos) - ttl.toMillis();
        if (late < 0) {
            violations.add("Lease " + lease + " ended " + -late + " ms early");
        }
        lateMillis.add(late);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
