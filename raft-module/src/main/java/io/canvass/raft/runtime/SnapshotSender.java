package io.canvass.raft.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Message.SnapshotRequest;
import io.canvass.raft.core.Message.SnapshotResponse;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Checkpoints.Checkpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one snapshot to one peer, on a thread of its own: waits for the line, takes a copy of the state, sends what it
 * consists of, and from where the receiver already stands on its bytes, a few parts ahead of the answers. It ends by
 * itself, once, and says how; nothing is sent twice and nothing is sent after the end. {@link #answered}, {@link
 * #lost} and {@link #cancel} are safe for any thread and do not block.
 */
final class SnapshotSender {
    private static final long LINE_POLL_NANOS = 20_000_000;
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);

    private final Recipient recipient;
    private final Source source;
    private final Line line;
    private final Limits limits;
    private final LongSupplier clock;
    private final Consumer<Ended> told;
    private final RateBound rate;
    private final Thread thread;

    private final Object lock = new Object();
    // Guarded by lock.
    private @Nullable Ended ended;
    private int underWay;
    private long progressNanos;
    private long received;

    private volatile Progress progress = new Progress(0, 0);

    /** Who is sent it, and what the parts bear: as {@code Effect.SendSnapshot} says. */
    record Recipient(UUID clusterId, ReplicaKey to, long epoch, long session) {}

    /** Where the copy of the state comes from. Called on the sender's thread, once the line is there; may block. */
    interface Source {
        /** @param stopped says yes once no copy is wanted any more */
        Checkpoints.Share take(BooleanSupplier stopped) throws IOException, InterruptedException;
    }

    /** The way to the peer. */
    interface Line {
        /** Whether a part can go now. Asked again and again; to open what has to be opened is for this call. */
        boolean isReady();

        /** Does not block; may lose the part. */
        void send(SnapshotRequest part);
    }

    /**
     * @param maxPartBytes of the data of one part; the transport's largest message has to take that and the members'
     *     addresses
     * @param window parts sent and not answered, at most
     * @param bytesPerSecond sent to this peer, 0 for no bound
     * @param lineTimeout how long the line may take to be there, and to be ready for the next part
     * @param answerTimeout how long nothing may be answered while parts are under way
     * @param installTimeout the same for the last part, which is answered when the snapshot is in place
     */
    record Limits(
            int maxPartBytes,
            int window,
            long bytesPerSecond,
            Duration lineTimeout,
            Duration answerTimeout,
            Duration installTimeout) {
        static final int MIN_PART_BYTES = 1024;
        static final int MAX_WINDOW = SnapshotReceiver.MAX_WAITING_PARTS;
        static final Limits DEFAULT =
                new Limits(1 << 20, 4, 0, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(10));

        Limits {
            if (maxPartBytes < MIN_PART_BYTES) {
                throw new IllegalArgumentException(
                        "maxPartBytes is " + maxPartBytes + "; it must be at least " + MIN_PART_BYTES);
            }
            if (window < 1 || window > MAX_WINDOW) {
                throw new IllegalArgumentException("window is " + window + "; it must be from 1 to " + MAX_WINDOW);
            }
            if (bytesPerSecond < 0) {
                throw new IllegalArgumentException("bytesPerSecond is " + bytesPerSecond + "; 0 is for no bound");
            }
        }
    }

    /** How it ended. */
    enum Ending {
        /** The peer has it in place, or needs none. */
        INSTALLED,
        /** The peer wants it begun anew. */
        BUSY,
        /** The peer knows a later epoch. */
        FENCED,
        /** The peer refuses the leader. */
        REFUSED,
        /** No line in time. */
        UNREACHABLE,
        /** No answer in time. */
        SILENT,
        /** There is no copy of the state, or it cannot be read. */
        FAILED,
        /** The stream broke: {@link SnapshotSender#lost}. */
        LOST,
        /** {@link SnapshotSender#cancel}. */
        CANCELLED;

        /** Whether only the sender knows: then the core has to be told that the peer is lost on its lane. */
        boolean isNewsToTheCore() {
            return switch (this) {
                case UNREACHABLE, SILENT, FAILED -> true;
                case INSTALLED, BUSY, FENCED, REFUSED, LOST, CANCELLED -> false;
            };
        }
    }

    /** @param why for people */
    record Ended(Ending ending, String why) {}

    /** Bytes of the files; those that the receiver had already count as sent. */
    record Progress(long sentBytes, long totalBytes) {}

    private static final class EndedException extends Exception {
        final Ended how;

        EndedException(Ended how) {
            super(how.why());
            this.how = how;
        }
    }

    /**
     * @param clock the core's, in nanoseconds: parts bear the time at which they were built
     * @param told how it ended, once, on the sender's thread, when everything it held is given back
     */
    SnapshotSender(
            Recipient recipient,
            Source source,
            Line line,
            Limits limits,
            LongSupplier clock,
            Consumer<Ended> told,
            String threadName) {
        this.recipient = recipient;
        this.source = source;
        this.line = line;
        this.limits = limits;
        this.clock = clock;
        this.told = told;
        this.rate = new RateBound(limits.bytesPerSecond());
        this.thread = Thread.ofPlatform().name(threadName).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Progress progress() {
        return progress;
    }

    /** A response that came on the lane of snapshots; one of another session is passed over. */
    void answered(SnapshotResponse response) {
        if (response.session() != recipient.session()) {
            return;
        }
        switch (response.result()) {
            case TAKEN -> taken(response.received());
            case INSTALLED -> end(Ending.INSTALLED, "It is in place");
            case BUSY -> end(Ending.BUSY, "The peer wants it begun anew");
            case FENCED -> end(Ending.FENCED, "The peer is in epoch " + response.epoch());
            case REFUSED -> end(Ending.REFUSED, "The peer refuses the leader of epoch " + recipient.epoch());
        }
    }

    private void taken(long there) {
        synchronized (lock) {
            if (underWay > 0) {
                underWay--;
                received = there;
                progressNanos = clock.getAsLong();
                lock.notifyAll();
            }
        }
    }

    /** The stream to the peer broke. */
    void lost() {
        end(Ending.LOST, "The stream broke");
    }

    /** It is not wanted any more. */
    void cancel() {
        end(Ending.CANCELLED, "It is not wanted any more");
    }

    /** The first end counts, and is returned. */
    private Ended end(Ending ending, String why) {
        synchronized (lock) {
            Ended before = ended;
            if (before != null) {
                return before;
            }
            Ended now = new Ended(ending, why);
            ended = now;
            lock.notifyAll();
            return now;
        }
    }

    private boolean isOver() {
        synchronized (lock) {
            return ended != null;
        }
    }

    /** Waits for the end of the thread, at most so long. Whether it has ended. */
    boolean join(Duration timeout) throws InterruptedException {
        return thread.join(timeout);
    }

    // ---- the sender's thread

    private void run() {
        Ended how;
        try {
            awaitLine();
            try (Checkpoints.Share share = source.take(this::isOver)) {
                how = send(share.checkpoint());
            }
        } catch (EndedException e) {
            how = e.how;
        } catch (CancellationException e) {
            how = new Ended(Ending.CANCELLED, "It is not wanted any more");
        } catch (InterruptedException e) {
            how = new Ended(Ending.CANCELLED, "The thread was interrupted");
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("The snapshot for {} could not be sent", recipient.to(), e);
            how = new Ended(Ending.FAILED, "It could not be made or read: " + e);
        }
        Ended first = end(how.ending(), how.why());
        LOG.info("The snapshot for {} ended as {}: {}", recipient.to(), first.ending(), first.why());
        told.accept(first);
    }

    /** Does not end in another way than by an end that is told, or by the last part left unanswered. */
    private Ended send(Checkpoint checkpoint) throws EndedException, IOException, InterruptedException {
        SnapshotManifest manifest = checkpoint.manifest();
        Bytes first = SnapshotPart.encode(manifest);
        if (first.size() > limits.maxPartBytes()) {
            throw new IOException("The manifest of " + manifest.files().size() + " files has " + first.size()
                    + " bytes; a part has at most " + limits.maxPartBytes());
        }
        long total = manifest.totalBytes();
        progress = new Progress(0, total);
        submit(checkpoint, first, false);
        awaitAnswers(1, limits.answerTimeout());
        long position = receivedByPeer();
        if (position > total) {
            throw new IOException("The peer says it has " + position + " of " + total + " bytes");
        }
        LOG.info("Sending {} a snapshot up to {}: {} bytes in {} files, {} bytes are there already",
                recipient.to(), checkpoint.base().position(), total, manifest.files().size(), position);
        try (SnapshotReader reader = new SnapshotReader(checkpoint.directory(), manifest, position)) {
            progress = new Progress(position, total);
            while (reader.hasNext()) {
                awaitAnswers(limits.window(), limits.answerTimeout());
                Bytes piece = reader.next(limits.maxPartBytes());
                awaitTurn(piece.size());
                submit(checkpoint, piece, false);
                progress = new Progress(reader.position(), total);
            }
        }
        awaitAnswers(1, limits.answerTimeout());
        submit(checkpoint, SnapshotPart.encodeEnd(), true);
        // Answered when it is in place: that is an end, and thrown.
        awaitAnswers(1, limits.installTimeout());
        return new Ended(Ending.SILENT, "The last part was taken, and nothing came of it");
    }

    private void submit(Checkpoint checkpoint, Bytes data, boolean last) throws EndedException, InterruptedException {
        awaitLine();
        long now = clock.getAsLong();
        SnapshotRequest part = new SnapshotRequest(
                recipient.clusterId(),
                recipient.to(),
                recipient.epoch(),
                recipient.session(),
                checkpoint.base(),
                data,
                last,
                now);
        synchronized (lock) {
            throwIfEnded();
            if (underWay++ == 0) {
                progressNanos = now;
            }
        }
        line.send(part);
    }

    /** Until fewer than so many parts are under way. */
    private void awaitAnswers(int fewerThan, Duration timeout) throws EndedException, InterruptedException {
        synchronized (lock) {
            while (true) {
                throwIfEnded();
                if (underWay < fewerThan) {
                    return;
                }
                long left = progressNanos + timeout.toNanos() - clock.getAsLong();
                if (left <= 0) {
                    throw new EndedException(
                            new Ended(Ending.SILENT, "No answer for " + timeout.toMillis() + " ms"));
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
        }
    }

    private long receivedByPeer() {
        synchronized (lock) {
            return received;
        }
    }

    private void awaitTurn(long bytes) throws EndedException, InterruptedException {
        long due = clock.getAsLong();
        due += rate.waitNanos(due, bytes);
        synchronized (lock) {
            throwIfEnded();
            for (long left = due - clock.getAsLong(); left > 0; left = due - clock.getAsLong()) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
                throwIfEnded();
            }
        }
    }

    private void awaitLine() throws EndedException, InterruptedException {
        long deadline = clock.getAsLong() + limits.lineTimeout().toNanos();
        while (!line.isReady()) {
            if (clock.getAsLong() >= deadline) {
                throw new EndedException(new Ended(
                        Ending.UNREACHABLE, "No line for " + limits.lineTimeout().toMillis() + " ms"));
            }
            synchronized (lock) {
                throwIfEnded();
                TimeUnit.NANOSECONDS.timedWait(lock, LINE_POLL_NANOS);
            }
        }
    }

    /** With the lock held. */
    private void throwIfEnded() throws EndedException {
        Ended how = ended;
        if (how != null) {
            throw new EndedException(how);
        }
    }
}
