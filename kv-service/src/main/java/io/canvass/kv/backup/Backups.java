package io.canvass.kv.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.canvass.kv.store.StateCopies;
import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.RateBound;
import io.canvass.raft.runtime.StateCopy;

/**
 * Snapshots of this node's state, and checks of snapshots: at most one of either at a time. All of it is work for a
 * disk and a processor, and blocks; call it on a thread that others do not wait for. Safe for any thread.
 */
public final class Backups {
    private final StateSource source;
    private final Supplier<UUID> clusterId;
    private final String nodeId;
    private final Limits limits;
    private final SnapshotCheck check;
    private final Clock clock;
    private final Semaphore making = new Semaphore(1);
    private final Semaphore checking = new Semaphore(1);
    private volatile boolean closed;

    /**
     * @param bytesPerSecond read and sent; 0 for no bound
     * @param maxDuration of one snapshot, from the copy to the last byte sent: until then the copy takes up the disk
     * @param maxCheckedBytes of a snapshot that is checked: so much of the disk it takes meanwhile
     */
    public record Limits(long bytesPerSecond, Duration maxDuration, long maxCheckedBytes) {
        public Limits {
            if (bytesPerSecond < 0 || maxDuration.isNegative() || maxDuration.isZero() || maxCheckedBytes < 1) {
                throw new IllegalArgumentException("Limits of backups are above zero; only the rate may be 0, for"
                        + " none");
            }
        }
    }

    /**
     * @param clusterId asked at each snapshot
     * @param scratch a directory of its own below the data directory; what an earlier process left in it is removed
     * @param clock for the moment that a snapshot bears
     * @throws IOException if the directory cannot be emptied
     */
    public Backups(
            StateSource source, Supplier<UUID> clusterId, String nodeId, Limits limits, Path scratch, Clock clock)
            throws IOException {
        this.source = source;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.limits = limits;
        this.clock = clock;
        this.check = new SnapshotCheck(scratch);
        check.clear();
    }

    /**
     * Copies the state, and reads the copy once to know its digest.
     *
     * @return to be closed, which removes the copy
     * @throws BackupRunningException if another one is not closed yet
     * @throws IOException if the state cannot be copied or read, also because it took too long or the node stops
     */
    public Backup begin() throws BackupRunningException, IOException, InterruptedException {
        if (!making.tryAcquire()) {
            throw new BackupRunningException("This node makes another snapshot already.");
        }
        Turn turn = new Turn();
        try {
            StateCopy copy = source.copy(() -> closed);
            try {
                return digested(copy, turn);
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                copy.close();
                throw e;
            }
        } catch (CancellationException e) {
            making.release();
            throw new BrokenOffException("The node stops; no snapshot is made any more");
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            making.release();
            throw e;
        }
    }

    private Backup digested(StateCopy copy, Turn turn) throws IOException, InterruptedException {
        StoreState state = StateCopies.state(copy.directory());
        List<SnapshotHeader.File> files = copy.files().stream()
                .map(file -> new SnapshotHeader.File(file.path(), file.size()))
                .toList();
        SnapshotHeader header = new SnapshotHeader(
                clusterId.get(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                nodeId,
                copy.base(),
                state.revision(),
                state.compactRevision(),
                state.keyCount(),
                files);
        if (!header.describes(state)) {
            throw new IOException("The copy of the state holds the log up to " + state.appliedIndex() + "@"
                    + state.appliedEpoch() + ", and not up to " + copy.base().position() + " as it should");
        }
        MessageDigest digest = SnapshotFormat.sha256();
        SnapshotWriter writer = new SnapshotWriter(header, copy.directory(), turn::await);
        writer.write(new DigestOutputStream(OutputStream.nullOutputStream(), digest), () -> {});
        return new Backup(header, Bytes.wrap(digest.digest()), writer, copy);
    }

    /** By this node, and not because something failed. */
    public static final class BrokenOffException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenOffException(String message) {
            super(message);
        }
    }

    /** A snapshot that can be sent. Its copy of the state is there until this is closed. */
    public final class Backup implements AutoCloseable {
        private final SnapshotHeader header;
        private final Bytes sha256;
        private final SnapshotWriter writer;
        private final StateCopy copy;
        private boolean over;

        private Backup(SnapshotHeader header, Bytes sha256, SnapshotWriter writer, StateCopy copy) {
            this.header = header;
            this.sha256 = sha256;
            this.writer = writer;
            this.copy = copy;
        }

        public SnapshotHeader header() {
            return header;
        }

        /** Of all bytes that {@link #writeTo} writes. */
        public Bytes sha256() {
            return sha256;
        }

        /**
         * Writes the snapshot, {@code header().totalBytes()} bytes, once. This is closed before the last of them: who
         * has the whole of one can have the next at once.
         */
        public void writeTo(OutputStream out) throws IOException, InterruptedException {
            writer.write(out, this::close);
        }

        /** Removes the copy. A second call does nothing. */
        @Override
        public synchronized void close() {
            if (!over) {
                over = true;
                try {
                    copy.close();
                } finally {
                    making.release();
                }
            }
        }
    }

    /** The rate and the time of one snapshot. For one thread. */
    private final class Turn {
        private final RateBound rate = new RateBound(limits.bytesPerSecond());
        private final long startNanos = System.nanoTime();

        void await(int bytes) throws IOException, InterruptedException {
            long now = System.nanoTime();
            long wait = rate.waitNanos(now, bytes);
            if (now + wait - startNanos > limits.maxDuration().toNanos()) {
                throw new BrokenOffException("The snapshot takes longer than " + limits.maxDuration().toSeconds()
                        + " s and is broken off");
            }
            TimeUnit.NANOSECONDS.sleep(wait);
            if (closed) {
                throw new BrokenOffException("The node stops; the snapshot is broken off");
            }
        }
    }

    /**
     * Reads a snapshot to its end and checks all of it; keeps nothing.
     *
     * @throws BackupRunningException if another check is under way
     * @throws InvalidSnapshotException if it is broken; it says what, and where
     * @throws SnapshotTooLargeException if it is larger than is checked here
     * @throws IOException if the stream or the disk fails
     */
    public SnapshotCheck.Verified verify(InputStream snapshot)
            throws BackupRunningException, InvalidSnapshotException, SnapshotTooLargeException, IOException {
        if (!checking.tryAcquire()) {
            throw new BackupRunningException("This node checks another snapshot already.");
        }
        try {
            return check.run(snapshot, limits.maxCheckedBytes());
        } finally {
            checking.release();
        }
    }

    /** How long one may take. */
    public Duration maxDuration() {
        return limits.maxDuration();
    }

    /** The node stops: what is under way ends soon, with an error. */
    public void close() {
        closed = true;
    }
}
