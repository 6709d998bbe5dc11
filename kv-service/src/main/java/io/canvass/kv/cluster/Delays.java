package io.canvass.kv.cluster;

/** Time as replication sees it: a clock, and tasks that run later. Tests bring their own. */
interface Delays {
    /** As {@link System#nanoTime}. */
    long nanoTime();

    /** Runs a task soon, on a thread that may call into gRPC. */
    void execute(Runnable task);

    /** Runs a short task after so many nanoseconds or a little later, unless it is cancelled before. */
    Delayed after(long nanos, Runnable task);

    /** A task that waits. */
    @FunctionalInterface
    interface Delayed {
        /** Of no effect once the task runs. */
        void cancel();

        /** Nothing waits. */
        Delayed NONE = () -> {};
    }
}
