package io.canvass.raft.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Looks names up on a few threads of its own, anew each time: nothing is remembered here. */
final class AsyncResolver {
    private static final int MAX_THREADS = 4;
    private static final int MAX_QUEUED = 64;
    private static final long THREAD_IDLE_SECONDS = 5;

    private final HostResolver resolver;
    private final ThreadPoolExecutor threads;

    AsyncResolver(HostResolver resolver, String threadName) {
        this.resolver = resolver;
        threads = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED),
                task -> Thread.ofPlatform().daemon().name(threadName).unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Calls back once, on any thread; a literal address needs no look-up and no other thread. */
    void resolve(String host, Consumer<Resolution> then) {
        InetAddress literal;
        try {
            literal = InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            lookUp(host, then);
            return;
        }
        then.accept(new Resolution.Found(List.of(literal)));
    }

    private void lookUp(String host, Consumer<Resolution> then) {
        try {
            threads.execute(() -> then.accept(lookUp(host)));
        } catch (RejectedExecutionException e) {
            then.accept(new Resolution.Failed("Too many names are being looked up; " + host + " was not"));
        }
    }

    private Resolution lookUp(String host) {
        try {
            return new Resolution.Found(resolver.resolve(host));
        } catch (UnknownHostException e) {
            return new Resolution.Failed("The name " + host + " cannot be resolved");
        }
    }

    /** For others who look names up. */
    ExecutorService threads() {
        return threads;
    }

    /** A look-up that hangs in the system cannot be interrupted; its daemon thread ends when it returns. */
    void close() {
        threads.shutdownNow();
    }
}
