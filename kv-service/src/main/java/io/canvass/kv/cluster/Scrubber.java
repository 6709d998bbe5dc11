package io.canvass.kv.cluster;

import java.time.Duration;

import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies all of the state's files again and again, on a thread of its own and slowly. */
final class Scrubber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final long CLOSE_MILLIS = 5_000;

    private final KvStore store;
    private final Duration interval;
    private final long bytesPerSecond;
    private final Thread thread;
    private volatile boolean closed;

    /** @param interval from the end of one pass to the begin of the next; zero: never */
    Scrubber(KvStore store, Duration interval, long bytesPerSecond) {
        this.store = store;
        this.interval = interval;
        this.bytesPerSecond = bytesPerSecond;
        this.thread = Thread.ofPlatform().name("kv-scrubber").daemon(true).unstarted(this::run);
    }

    void start() {
        if (interval.isPositive()) {
            thread.start();
        }
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep(interval);
                scrub();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void scrub() throws InterruptedException {
        try {
            store.scrub(bytesPerSecond, () -> closed);
        } catch (StoreException e) {
            // Damage is dealt with where it is found; what only could not be read is tried again.
            LOG.warn("The files of the state were not all verified: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
