package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

import io.canvass.raft.core.LogBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of the state that snapshots are sent from. All who are sent one at the same time share the newest copy,
 * and who begins anew after a broken stream gets the same one again, so that it can go on where it stood: the newest
 * is kept until it is retired or too old for the log. Safe for any thread.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final Path directory;
    private final Maker maker;
    /** Held while a copy is made: who comes meanwhile waits for it. */
    private final Object making = new Object();

    // Guarded by this.
    private @Nullable Held newest;
    private long made;
    private boolean closed;

    /** Makes copies. Called on a sender's thread, which may block. */
    interface Maker {
        /**
         * Writes a copy of the state into this empty directory.
         *
         * @return what it stands for
         */
        LogBase make(Path empty) throws IOException, InterruptedException;
    }

    /** A copy that does not change, and what it consists of. */
    record Checkpoint(Path directory, LogBase base, SnapshotManifest manifest) {}

    private static final class Held {
        final Checkpoint checkpoint;
        int shares;

        Held(Checkpoint checkpoint) {
            this.checkpoint = checkpoint;
        }
    }

    /** A use of a copy, which is there until this is closed. */
    final class Share implements AutoCloseable {
        private final Held held;
        private boolean returned;

        private Share(Held held) {
            this.held = held;
        }

        Checkpoint checkpoint() {
            return held.checkpoint;
        }

        @Override
        public void close() {
            boolean unused;
            synchronized (Checkpoints.this) {
                if (returned) {
                    return;
                }
                returned = true;
                held.shares--;
                unused = held.shares == 0 && held != newest;
            }
            if (unused) {
                remove(held);
            }
        }
    }

    /**
     * @param directory its own, on the disk of the state, so that a copy can be made of hard links; what was left in
     *     it is removed
     * @throws IOException if it cannot be emptied or made
     */
    Checkpoints(Path directory, Maker maker) throws IOException {
        this.directory = directory;
        this.maker = maker;
        SnapshotFiles.prepareEmpty(directory);
    }

    /**
     * The newest copy, or a new one where there is none that a log can follow.
     *
     * @param leastIndex where the log begins: a copy of an earlier state lacks what comes before
     * @param stopped asked now and then; once it says yes, no copy is made any more
     * @throws IOException if no copy could be made
     * @throws java.util.concurrent.CancellationException if it was stopped
     */
    Share take(long leastIndex, BooleanSupplier stopped) throws IOException, InterruptedException {
        synchronized (making) {
            Share shared = share(leastIndex);
            return shared == null ? publish(make(stopped)) : shared;
        }
    }

    private synchronized @Nullable Share share(long leastIndex) {
        Held held = newest;
        if (held == null || held.checkpoint.base().position().index() < leastIndex) {
            return null;
        }
        held.shares++;
        return new Share(held);
    }

    private Checkpoint make(BooleanSupplier stopped) throws IOException, InterruptedException {
        retire();
        Path target = directory.resolve("checkpoint-" + nextNumber());
        Files.createDirectory(target);
        boolean done = false;
        try {
            LogBase base = maker.make(target);
            Checkpoint checkpoint = new Checkpoint(target, base, SnapshotFiles.manifest(target, stopped));
            done = true;
            return checkpoint;
        } finally {
            if (!done) {
                SnapshotFiles.delete(target);
            }
        }
    }

    private synchronized long nextNumber() throws IOException {
        if (closed) {
            throw new IOException("The replica stops; no copy of its state is made any more");
        }
        return ++made;
    }

    private Share publish(Checkpoint checkpoint) {
        Held held = new Held(checkpoint);
        held.shares = 1;
        synchronized (this) {
            if (!closed) {
                newest = held;
            }
        }
        return new Share(held);
    }

    /**
     * Keeps no copy for later: it costs the disk what the state has dropped since. Those in use stay until they are
     * returned.
     */
    void retire() {
        Held retired;
        synchronized (this) {
            retired = newest;
            newest = null;
            if (retired == null || retired.shares > 0) {
                return;
            }
        }
        remove(retired);
    }

    private static void remove(Held held) {
        try {
            SnapshotFiles.delete(held.checkpoint.directory());
        } catch (IOException e) {
            LOG.warn(
                    "{} could not be removed and takes up space until the next start",
                    held.checkpoint.directory(),
                    e);
        }
    }

    /** As {@link #retire}; no copy is made any more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        retire();
    }
}
