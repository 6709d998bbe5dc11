package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import com.google.protobuf.UnsafeByteOperations;
import io.canvass.proto.kv.v1.FetchBase;
import io.canvass.proto.kv.v1.FetchPart;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.runtime.StateFiles;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a copy of this node's state to one that asks for it, no faster than that one reads. */
final class StateSender {
    private static final Logger LOG = LoggerFactory.getLogger(StateSender.class);
    /** Who reads nothing for so long is given up. */
    private static final long STALLED_SECONDS = 30;

    private final Source source;
    private final Path directory;
    private final long leastIndex;
    private final ServerCallStreamObserver<FetchPart> parts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Copies the state, verified. */
    @FunctionalInterface
    interface Source {
        LogBase copyTo(Path empty) throws IOException, InterruptedException;
    }

    /**
     * @param directory for the copy, on the disk of the state; removed in the end
     * @param leastIndex what the copy must have applied
     */
    StateSender(Source source, Path directory, long leastIndex, ServerCallStreamObserver<FetchPart> parts) {
        this.source = source;
        this.directory = directory;
        this.leastIndex = leastIndex;
        this.parts = parts;
        parts.setOnReadyHandler(this::wake);
        parts.setOnCancelHandler(this::wake);
    }

    /** From the beginning to the end, on the caller's thread. */
    void run() {
        try {
            StateFiles.prepareEmpty(directory);
            LogBase base = source.copyTo(directory);
            if (base.position().index() < leastIndex) {
                parts.onError(Status.FAILED_PRECONDITION
                        .withDescription("This node has applied the log up to " + base.position().index()
                                + " only, and " + leastIndex + " is asked for")
                        .asRuntimeException());
                return;
            }
            send(FetchPart.newBuilder().setBase(message(base)).build());
            StateFiles.send(directory, part -> send(part(part)));
            parts.onCompleted();
            LOG.info("A node was sent the state up to {}", base.position());
        } catch (IOException | RuntimeException e) {
            LOG.warn("A node was not sent the state: {}", e.getMessage());
            fail(Status.UNAVAILABLE.withDescription(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(Status.UNAVAILABLE.withDescription("The node stops"));
        } finally {
            remove();
        }
    }

    private static FetchBase message(LogBase base) {
        return FetchBase.newBuilder()
                .setIndex(base.position().index())
                .setEpoch(base.position().epoch())
                .setConfiguration(UnsafeByteOperations.unsafeWrap(
                        base.configuration().encode().array()))
                .build();
    }

    private static FetchPart part(Bytes data) {
        return FetchPart.newBuilder().setData(UnsafeByteOperations.unsafeWrap(data.array())).build();
    }

    private void send(FetchPart part) throws IOException, InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(STALLED_SECONDS);
            while (!parts.isReady() && !parts.isCancelled()) {
                if (left <= 0) {
                    throw new IOException("It has read nothing for " + STALLED_SECONDS + " s");
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        if (parts.isCancelled()) {
            throw new IOException("It has hung up");
        }
        parts.onNext(part);
    }

    private void fail(Status status) {
        if (!parts.isCancelled()) {
            parts.onError(status.asRuntimeException());
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void remove() {
        try {
            StateFiles.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be removed and takes up space until the next copy", directory, e);
        }
    }
}
