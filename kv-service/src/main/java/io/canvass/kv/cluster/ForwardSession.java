package io.canvass.kv.cluster;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.kv.logging.RequestScope;
import io.canvass.kv.tracing.Spans;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.kv.v1.WriteResponse;
import io.canvass.proto.kv.v1.WriteResponse.Refusal;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of writes from a peer. At most so many requests are taken that are not answered; the next one is asked of gRPC only when
 * an answer has left and the peer reads its answers.
 */
final class ForwardSession implements StreamObserver<WriteRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardSession.class);

    private final Optional<RaftAccess> raft;
    private final SpaceGuard space;
    private final Optional<UUID> clusterId;
    private final ServerCallStreamObserver<WriteResponse> responses;
    private final VersionGate versions;
    private final KeepAlives keepAlives;
    private final Spans spans;

    // Answers come on the applier's thread and on gRPC's; the observer takes one at a time. A send only enters gRPC's queue, so
    // that nobody waits long for this lock. It guards all below.
    private final ReentrantLock lock = new ReentrantLock();
    private int unanswered;
    private int owedRequests;
    private boolean peerIsDone;
    private boolean closed;

    /** @param raft empty while this node starts */
    ForwardSession(
            Optional<RaftAccess> raft,
            ServerCallStreamObserver<WriteResponse> responses,
            int maxInFlight,
            VersionGate versions,
            SpaceGuard space,
            KeepAlives keepAlives,
            Spans spans) {
        this.raft = raft;
        this.keepAlives = keepAlives;
        this.spans = spans;
        this.versions = versions;
        this.space = space;
        this.clusterId = raft.map(access -> access.status().clusterId());
        this.responses = responses;
        responses.disableAutoRequest();
        responses.setOnCancelHandler(this::close);
        responses.setOnReadyHandler(this::requestMore);
        responses.request(maxInFlight);
    }

    @Override
    public void onNext(WriteRequest request) {
        locked(() -> unanswered++);
        try (RequestScope _ = RequestScope.openIfSound(request.getRequestId())) {
            take(request, spans.serve("forwarded write", request.getTraceparent()));
        }
    }

    private void take(WriteRequest request, Spans.Work work) {
        Command command = parsed(request.getCommand());
        Optional<WriteResponse> refused = refusal(request, command);
        if (refused.isPresent()) {
            ended(refused.get(), work);
            return;
        }
        LOG.debug("A peer hands over a write ({})", command.getKindCase());
        raft.ifPresent(access -> propose(access, request, command, work));
    }

    @Override
    public void onError(Throwable failure) {
        close();
    }

    @Override
    public void onCompleted() {
        locked(() -> peerIsDone = true);
        completeIfDone();
    }

    private void propose(RaftAccess access, WriteRequest request, Command command, Spans.Work work) {
        Bytes bytes = Bytes.wrap(request.getCommand().toByteArray());
        CompletableFuture<Applied<Result>> proposal = keepAlives.concern(command)
                ? keepAlives.during(command, () -> proposed(access, bytes))
                : proposed(access, bytes);
        // A copy: the replica's own future is not ours to complete. Nobody waits for the answer after the client's time.
        CompletableFuture<?> _ = proposal.copy()
                .orTimeout(Integer.toUnsignedLong(request.getTimeoutMillis()), TimeUnit.MILLISECONDS)
                .whenComplete((applied, failure) -> {
                    // On the applier's thread, or that of timeouts.
                    try (RequestScope _ = RequestScope.openIfSound(request.getRequestId())) {
                        ended(failure == null ? applied(request, applied) : failed(request, Failures.causeOf(failure)), work);
                    }
                });
    }

    private void ended(WriteResponse response, Spans.Work work) {
        if (response.getRefusal() != Refusal.NONE) {
            work.fail(response.getRefusal().name());
            LOG.debug("A write that a peer handed over ends as {}: {}", response.getRefusal(), response.getDetail());
        }
        work.end();
        answer(response);
    }

    private static CompletableFuture<Applied<Result>> proposed(RaftAccess access, Bytes command) {
        try {
            return access.propose(command);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Optional<WriteResponse> refusal(WriteRequest request, Command command) {
        if (clusterId.isEmpty()) {
            return Optional.of(refused(request, Refusal.STOPPING, "The node starts and takes no writes yet"));
        }
        if (!clusterIdOf(request.getClusterId()).equals(clusterId)) {
            return Optional.of(refused(
                    request,
                    Refusal.INVALID,
                    "The node belongs to cluster " + clusterId.get() + " and takes no writes of another one; nothing was written"));
        }
        if (command.getKindCase() == Command.KindCase.KIND_NOT_SET) {
            // An unknown command in the log would stop every replica of this version.
            return Optional.of(refused(
                    request, Refusal.INVALID, "The leader's version does not know this kind of write; nothing was written"));
        }
        int required = versions.requiredVersion(command);
        return raft.flatMap(access -> VersionGate.refusal(required, access.configuration()))
                .map(tooNew -> refused(request, tooNew.passing() ? Refusal.VERSIONS_UNKNOWN : Refusal.TOO_NEW, tooNew.why()))
                .or(() -> space.refusalOf(command)
                        .map(shortage -> refused(request, Refusal.QUOTA_EXCEEDED, "On the leader " + shortage.why())
                                .toBuilder()
                                .setReadOnly(shortage.ofVoters())
                                .build()));
    }

    private static Optional<UUID> clusterIdOf(ByteString bytes) {
        if (bytes.size() != 2 * Long.BYTES) {
            return Optional.empty();
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return Optional.of(new UUID(buffer.getLong(), buffer.getLong()));
    }

    /** Without a kind if it cannot be read. */
    private static Command parsed(ByteString command) {
        try {
            return Command.parseFrom(command);
        } catch (InvalidProtocolBufferException _) {
            return Command.getDefaultInstance();
        }
    }

    private static WriteResponse applied(WriteRequest request, Applied<Result> applied) {
        return WriteResponse.newBuilder()
                .setId(request.getId())
                .setResult(applied.result().toByteString())
                .setIndex(applied.index())
                .setEpoch(applied.epoch())
                .build();
    }

    private static WriteResponse failed(WriteRequest request, Throwable failure) {
        return switch (failure) {
            case RaftException.NotLeader e ->
                refused(request, Refusal.NOT_LEADER, Failures.messageOf(e)).toBuilder().setEpoch(e.epoch()).build();
            case RaftException.Overloaded e -> refused(request, Refusal.OVERLOADED, Failures.messageOf(e));
            case RaftException.Superseded e -> refused(request, Refusal.SUPERSEDED, Failures.messageOf(e));
            case RaftException.Stopped e -> refused(request, Refusal.STOPPING, Failures.messageOf(e));
            case RaftException.OutcomeUnknown e -> refused(request, Refusal.OUTCOME_UNKNOWN, Failures.messageOf(e));
            case TimeoutException _ ->
                refused(request, Refusal.OUTCOME_UNKNOWN, "The leader did not commit the write in time; it may or may not be applied");
            case Throwable e ->
                refused(request, Refusal.OUTCOME_UNKNOWN, "The write ended in an error that says nothing of its outcome: " + e);
        };
    }

    private static WriteResponse refused(WriteRequest request, Refusal refusal, String detail) {
        return WriteResponse.newBuilder()
                .setId(request.getId())
                .setRefusal(refusal)
                .setDetail(detail)
                .build();
    }

    private void answer(WriteResponse response) {
        locked(() -> {
            unanswered--;
            owedRequests++;
            if (!closed) {
                responses.onNext(response);
            }
        });
        requestMore();
        completeIfDone();
    }

    /** Takes new requests in the place of those answered, but only from a peer that reads its answers. */
    private void requestMore() {
        locked(() -> {
            if (!closed && owedRequests > 0 && responses.isReady()) {
                responses.request(owedRequests);
                owedRequests = 0;
            }
        });
    }

    private void completeIfDone() {
        locked(() -> {
            if (!closed && peerIsDone && unanswered == 0) {
                closed = true;
                responses.onCompleted();
            }
        });
    }

    private void close() {
        locked(() -> closed = true);
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
