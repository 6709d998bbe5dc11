package io.canvass.raft.storage;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.StoredState;
import org.jspecify.annotations.Nullable;

/**
 * A store whose disk fails, hangs or loses a write when told to; otherwise the store that it wraps. As with a real
 * one, the first failure is final. Faults may be planned and released from any thread.
 */
public final class FaultyRaftStore implements RaftStore {
    /**
     * What became of a write that was not acknowledged: after a crash or a failed sync it is there whole, or not at
     * all.
     */
    public enum Fate {
        WRITTEN,
        LOST
    }

    private enum Fault {
        NONE,
        FAILS_WRITTEN,
        FAILS_LOST,
        HANGS;

        private static Fault failing(Fate fate) {
            return switch (fate) {
                case WRITTEN -> FAILS_WRITTEN;
                case LOST -> FAILS_LOST;
            };
        }
    }

    private final RaftStore store;
    private long writes;
    private long faultyWrite;
    private Fault fault = Fault.NONE;
    private boolean hanging;
    private @Nullable StorageException failure;

    public FaultyRaftStore(RaftStore store) {
        this.store = store;
    }

    /**
     * Lets a write fail, and all after it.
     *
     * @param nth counted from now, from 1
     * @param fate whether the failed batch is there after a restart
     */
    public synchronized void failWrite(long nth, Fate fate) {
        plan(writes + nth, Fault.failing(fate));
    }

    /**
     * Lets a write block.
     *
     * @param nth counted from now, from 1
     */
    public synchronized void hangWrite(long nth) {
        plan(writes + nth, Fault.HANGS);
    }

    /** Blocks until a write hangs. */
    public synchronized void awaitHanging() throws InterruptedException {
        while (!hanging) {
            wait();
        }
    }

    /** Lets the hanging write go on and succeed. Does nothing if none hangs. */
    public synchronized void release() {
        hanging = false;
        notifyAll();
    }

    /** Lets the hanging write fail: a disk that is gone, or a crash in the midst of it. Does nothing if none hangs. */
    public synchronized void releaseByFailing(Fate fate) {
        if (hanging) {
            plan(writes, Fault.failing(fate));
            release();
        }
    }

    /** How often {@link #write} or {@link #installing} was called. */
    public synchronized long writes() {
        return writes;
    }

    private void plan(long write, Fault what) {
        faultyWrite = write;
        fault = what;
    }

    @Override
    public void write(List<Effect.Persist> batch) {
        write(() -> store.write(batch));
    }

    @Override
    public void installing(LogBase base) {
        write(() -> store.installing(base));
    }

    private void write(Runnable write) {
        switch (nextFault()) {
            case NONE, HANGS -> write.run();
            case FAILS_LOST -> throw failed();
            case FAILS_WRITTEN -> {
                write.run();
                throw failed();
            }
        }
    }

    /** Counts a write, waits if it hangs, and says how it ends: {@link Fault#HANGS} if it hung and was released. */
    private synchronized Fault nextFault() {
        writes++;
        if (failure != null) {
            throw new StorageException("Nothing was written, because an earlier write failed.", failure);
        }
        if (writes != faultyWrite) {
            return Fault.NONE;
        }
        if (fault == Fault.HANGS) {
            hanging = true;
            notifyAll();
            awaitRelease();
        }
        return fault;
    }

    /** A real sync cannot be interrupted either. */
    private void awaitRelease() {
        boolean interrupted = false;
        while (hanging) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized StorageException failed() {
        failure = new StorageException("The disk failed, as planned by the test.");
        return failure;
    }

    @Override
    public Configuration bootstrap() {
        return store.bootstrap();
    }

    @Override
    public boolean formed() {
        return store.formed();
    }

    @Override
    public StorageIdentity identity() {
        return store.identity();
    }

    @Override
    public StoredState recovered(long appliedIndex) {
        return store.recovered(appliedIndex);
    }

    @Override
    public List<Entry> read(long from, long to, int maxBytes) {
        return store.read(from, to, maxBytes);
    }

    @Override
    public long sizeBytes() {
        return store.sizeBytes();
    }

    /** Closes the store behind it, too. A write that hangs is released by failing, and lost. */
    @Override
    public void close() {
        releaseByFailing(Fate.LOST);
        store.close();
    }
}
