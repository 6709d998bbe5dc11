package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message.SnapshotRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in a snapshot part by part, on a thread of its own, into a directory of its own. Each part gets one {@link
 * Verdict}; what it passes to the core bears {@code last} only when all of the snapshot is there, as its manifest
 * says, and durable.
 *
 * <p>There is one snapshot at a time. A later session (of a later epoch, or a later one of the same epoch) takes the
 * place of an earlier one; if it sends the very same snapshot, of the same base with the same files and checksums, it
 * goes on where that one stood. A process that starts begins with nothing. Safe for any thread.
 */
final class SnapshotReceiver implements AutoCloseable {
    /** Parts that wait: more than a sound sender has under way. */
    static final int MAX_WAITING_PARTS = 8;

    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;
    private static final String UNFINISHED = "unfinished";
    private static final String COMPLETE = "complete";
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReceiver.class);

    private final Path directory;
    private final Thread thread;

    // Guarded by this.
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean closed;

    // What is there. Guarded by disk, which is held while a part is written.
    private final Object disk = new Object();
    private @Nullable Transfer transfer;
    private @Nullable LogBase complete;
    /** Whether a part of the newest session was refused. */
    private boolean broken;

    private volatile Standing standing = new Standing(0, 0, 0, 0);

    private record Waiting(SnapshotRequest request, Consumer<Verdict> told) {}

    /** Bytes of the files; no total if none comes in. */
    record Progress(long receivedBytes, long totalBytes) {}

    /**
     * How far the newest session is.
     *
     * @param total of what comes in; 0 if nothing does
     */
    private record Standing(long epoch, long session, long received, long total) {
        Standing idle() {
            return new Standing(epoch, session, received, 0);
        }

        boolean isAfter(SnapshotRequest request) {
            return epoch > request.epoch() || (epoch == request.epoch() && session > request.session());
        }

        boolean isOf(SnapshotRequest request) {
            return epoch == request.epoch() && session == request.session();
        }
    }

    private record Transfer(LogBase base, SnapshotWriter writer) {}

    /** What became of a part. */
    sealed interface Verdict {
        /** To be stepped by the core, which answers it. Its data is gone: the core does not look at it. */
        record Passed(SnapshotRequest request) implements Verdict {}

        /** Not taken: the sender is to begin anew, and is told so by {@code BUSY}. */
        record Refused(String why) implements Verdict {}

        /** Of a session that is over, or was refused already: not to be answered. */
        record Outdated() implements Verdict {}
    }

    /**
     * @param directory its own, on the disk of the state; what was left in it is removed
     * @throws IOException if it cannot be emptied or made
     */
    SnapshotReceiver(Path directory, String threadName) throws IOException {
        this.directory = directory;
        SnapshotFiles.prepareEmpty(directory);
        thread = Thread.ofPlatform().name(threadName).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Takes a part over.
     *
     * @param told of its verdict, once, on the receiver's thread; must not block
     * @return false if too much waits or this is closed: then it was not taken, and is not to be answered
     */
    synchronized boolean offer(SnapshotRequest request, Consumer<Verdict> told) {
        if (closed || waiting.size() >= MAX_WAITING_PARTS) {
            return false;
        }
        waiting.addLast(new Waiting(request, told));
        notifyAll();
        return true;
    }

    /**
     * What the answer to a part of this session is to say of how much there is, in bytes; 0 of any session but the
     * newest.
     */
    long received(long epoch, long session) {
        Standing now = standing;
        return now.epoch() == epoch && now.session() == session ? now.received() : 0;
    }

    /** From any thread. */
    Progress progress() {
        Standing now = standing;
        return new Progress(now.received(), now.total());
    }

    /**
     * Where the snapshot of this base is, all of it, until {@link #clear}.
     *
     * @throws IllegalStateException if none of this base is complete
     */
    Path completed(LogBase base) {
        synchronized (disk) {
            if (!base.equals(complete)) {
                throw new IllegalStateException("No snapshot of " + base.position() + " is complete");
            }
            return directory.resolve(COMPLETE);
        }
    }

    /**
     * Removes what there is: to be called when a complete snapshot was installed, or turned out not to be wanted.
     * Waits for the disk, so not to be called on the core's thread.
     */
    void clear() throws IOException {
        synchronized (disk) {
            complete = null;
            discard();
            SnapshotFiles.delete(directory.resolve(COMPLETE));
        }
    }

    private void run() {
        try {
            Waiting next = take();
            while (next != null) {
                tell(next.told(), judge(next.request()));
                next = take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A fault of whoever is told must not end the thread. */
    private static void tell(Consumer<Verdict> told, Verdict verdict) {
        try {
            told.accept(verdict);
        } catch (RuntimeException e) {
            LOG.error("What became of a part of a snapshot could not be told", e);
        }
    }

    private synchronized @Nullable Waiting take() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return closed ? null : waiting.removeFirst();
    }

    private Verdict judge(SnapshotRequest request) {
        synchronized (disk) {
            if (standing.isAfter(request)) {
                // The core knows whether its epoch is behind.
                return passed(request, false);
            }
            if (broken && standing.isOf(request)) {
                return new Verdict.Outdated();
            }
            try {
                return switch (SnapshotPart.decode(request.data())) {
                    case SnapshotPart.Manifest manifest -> begin(request, manifest.manifest());
                    case SnapshotPart.Piece piece -> proceed(request, piece);
                    case SnapshotPart.End e -> end(request);
                };
            } catch (BrokenSnapshotException e) {
                return refused(request, String.valueOf(e.getMessage()));
            } catch (SnapshotWriter.CorruptFileException e) {
                discard();
                return refused(request, String.valueOf(e.getMessage()));
            } catch (IOException | RuntimeException e) {
                LOG.warn("A snapshot could not be written to {}", directory, e);
                discard();
                return refused(request, "It could not be written: " + e);
            }
        }
    }

    private static Verdict passed(SnapshotRequest request, boolean all) {
        return new Verdict.Passed(new SnapshotRequest(
                request.clusterId(),
                request.to(),
                request.epoch(),
                request.session(),
                request.base(),
                Bytes.EMPTY,
                all,
                request.sentAtNanos()));
    }

    /** No more of its session is taken; what is there stays, if the part just was not the next one. */
    private Verdict refused(SnapshotRequest request, String why) {
        broken |= standing.isOf(request);
        LOG.warn("A snapshot up to {} is not taken any further: {}", request.base().position(), why);
        return new Verdict.Refused(why);
    }

    private Verdict begin(SnapshotRequest request, SnapshotManifest manifest)
            throws IOException, BrokenSnapshotException {
        if (complete != null) {
            // It is being installed: the core says so, or that it has been.
            return passed(request, false);
        }
        if (request.last()) {
            throw new BrokenSnapshotException("A manifest is not the last part of a snapshot");
        }
        Transfer before = transfer;
        if (before == null || !before.base.equals(request.base()) || !before.writer.manifest().equals(manifest)) {
            discard();
            requireRoom(manifest);
            transfer = new Transfer(request.base(), new SnapshotWriter(directory.resolve(UNFINISHED), manifest));
        }
        broken = false;
        note(request);
        return passed(request, false);
    }

    private void requireRoom(SnapshotManifest manifest) throws IOException {
        long room = Files.getFileStore(directory).getUsableSpace();
        if (manifest.totalBytes() > room) {
            throw new IOException("The snapshot has " + manifest.totalBytes() + " bytes, and the disk of " + directory
                    + " has room for " + room + "; make room there");
        }
    }

    private Verdict proceed(SnapshotRequest request, SnapshotPart.Piece piece)
            throws IOException, BrokenSnapshotException, SnapshotWriter.CorruptFileException {
        Transfer current = current(request);
        if (request.last()) {
            throw new BrokenSnapshotException("A piece is not the last part of a snapshot");
        }
        current.writer.take(piece);
        note(request);
        return passed(request, false);
    }

    private Verdict end(SnapshotRequest request) throws IOException, BrokenSnapshotException {
        Transfer current = current(request);
        if (!request.last()) {
            throw new BrokenSnapshotException("The end of a snapshot that is not its last part");
        }
        current.writer.finish();
        current.writer.close();
        Files.move(
                directory.resolve(UNFINISHED), directory.resolve(COMPLETE), StandardCopyOption.ATOMIC_MOVE);
        SnapshotFiles.sync(directory);
        transfer = null;
        standing = standing.idle();
        complete = request.base();
        return passed(request, true);
    }

    private Transfer current(SnapshotRequest request) throws BrokenSnapshotException {
        Transfer current = transfer;
        if (current == null || !standing.isOf(request) || !current.base.equals(request.base())) {
            throw new BrokenSnapshotException("A part of a snapshot whose manifest is not here");
        }
        return current;
    }

    private void note(SnapshotRequest request) {
        Transfer current = transfer;
        standing = new Standing(
                request.epoch(),
                request.session(),
                current == null ? 0 : current.writer.received(),
                current == null ? 0 : current.writer.manifest().totalBytes());
    }

    private void discard() {
        Transfer unwanted = transfer;
        transfer = null;
        standing = standing.idle();
        try {
            if (unwanted != null) {
                unwanted.writer.close();
            }
            SnapshotFiles.delete(directory.resolve(UNFINISHED));
        } catch (IOException e) {
            LOG.warn("What there is of an unwanted snapshot in {} could not be removed", directory, e);
        }
    }

    /** Ends the thread after the part under way. Parts that wait get no verdict. What is unfinished is removed. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            notifyAll();
        }
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("A part of a snapshot is still being written to {}; it is left as it is", directory);
        } else {
            synchronized (disk) {
                discard();
            }
        }
    }
}
