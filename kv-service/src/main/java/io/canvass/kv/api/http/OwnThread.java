package io.canvass.kv.api.http;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import io.canvass.kv.logging.RequestScope;

/**
 * Runs what keeps a processor or a disk busy for long on a platform thread: requests have virtual ones, which share few
 * carriers and are not made to yield.
 */
public final class OwnThread {
    private OwnThread() {}

    /** Between two slices of long work on a request's virtual thread: the others get their turn. */
    @SuppressWarnings("ThreadPriorityCheck") // No order is made by it, and nothing waits for it.
    public static void giveWay() {
        Thread.yield();
    }

    /**
     * Waits for the end of the task, whose number others bound; what it logs is of the same request. If the waiting thread is interrupted, so is the task.
     *
     * @throws Exception whatever the task throws
     */
    public static <T> T call(String name, Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(RequestScope.carried(task));
        Thread worker = Thread.ofPlatform().name(name).daemon(true).start(future);
        try {
            return future.get();
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }
}
