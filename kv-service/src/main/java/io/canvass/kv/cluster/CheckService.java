package io.canvass.kv.cluster;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.FetchPart;
import io.canvass.proto.kv.v1.FetchRequest;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.proto.kv.v1.LookResponse;
import io.canvass.proto.kv.v1.TellRequest;
import io.canvass.proto.kv.v1.TellResponse;
import io.canvass.raft.transport.PeerCaller;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Answers the leader's questions about this node's state and disk, and hears what it made of the answers. */
public final class CheckService extends CheckGrpc.CheckImplBase {
    /** What a leader found that is not renewed for so many of its rounds is over, or its leader is. */
    private static final int REMEMBERED_ROUNDS = 3;

    private final long rememberedNanos;
    private final LongSupplier clock;
    private final AtomicBoolean sending = new AtomicBoolean();
    private final AtomicBoolean judging = new AtomicBoolean();
    private volatile Optional<Attached> attached = Optional.empty();
    private volatile Optional<Doubt> doubt = Optional.empty();

    private record Attached(ByteString clusterId, OwnState own, Executor executor, StateSender.Source source, Path copies) {}

    private record Doubt(String finding, long atNanos) {}

    /** @param interval between two rounds of a leader */
    CheckService(Duration interval, LongSupplier clock) {
        this.rememberedNanos = interval.toNanos() * REMEMBERED_ROUNDS;
        this.clock = clock;
    }

    /**
     * Called once, when the replica is open. The port is open before: until then all is refused.
     *
     * @param executor for what waits for the disk
     * @param copies where a copy of the state can be made
     */
    void attach(UUID clusterId, OwnState own, Executor executor, StateSender.Source source, Path copies) {
        attached = Optional.of(new Attached(bytes(clusterId), own, executor, source, copies));
    }

    static ByteString bytes(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }

    /** What a leader found lately and could not decide. */
    List<String> alarms() {
        return doubt.filter(known -> clock.getAsLong() - known.atNanos() <= rememberedNanos)
                .map(known -> List.of("STATES_DIFFER: " + known.finding()))
                .orElse(List.of());
    }

    /** This node leads and found so itself. */
    void doubtful(String finding) {
        doubt = Optional.of(new Doubt(finding, clock.getAsLong()));
    }

    @Override
    public void look(LookRequest request, StreamObserver<LookResponse> responses) {
        Optional<Attached> node = admitted(request.getClusterId(), responses);
        if (node.isPresent()) {
            responses.onNext(node.get().own().look(request.getIndex()));
            responses.onCompleted();
        }
    }

    @Override
    public void tell(TellRequest request, StreamObserver<TellResponse> responses) {
        Optional<Attached> node = admitted(request.getClusterId(), responses);
        if (node.isEmpty()) {
            return;
        }
        Optional<String> objection = PeerCaller.current().objection(request.getFrom());
        if (objection.isPresent()) {
            responses.onError(Status.PERMISSION_DENIED.withDescription(objection.get()).asRuntimeException());
            return;
        }
        if (request.hasMajority()) {
            judge(node.get(), request);
        } else {
            doubtful(request.getFinding());
        }
        responses.onNext(TellResponse.getDefaultInstance());
        responses.onCompleted();
    }

    /** One at a time: each copies the state. */
    @Override
    public void fetch(FetchRequest request, StreamObserver<FetchPart> responses) {
        Optional<Attached> node = admitted(request.getClusterId(), responses);
        if (node.isEmpty()) {
            return;
        }
        if (!sending.compareAndSet(false, true)) {
            responses.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("The state is being sent to another node")
                    .asRuntimeException());
            return;
        }
        StateSender sender = new StateSender(
                node.get().source(),
                node.get().copies(),
                request.getLeastIndex(),
                (ServerCallStreamObserver<FetchPart>) responses);
        Thread.ofVirtual().name("kv-state-sender").start(() -> {
            try {
                sender.run();
            } finally {
                sending.set(false);
            }
        });
    }

    /** One at a time: whoever tells tells again. */
    private void judge(Attached node, TellRequest request) {
        if (judging.compareAndSet(false, true)) {
            node.executor().execute(() -> {
                try {
                    node.own().judged(request);
                } finally {
                    judging.set(false);
                }
            });
        }
    }

    private Optional<Attached> admitted(ByteString clusterId, StreamObserver<?> responses) {
        Optional<Attached> node = attached;
        if (node.isEmpty()) {
            responses.onError(Status.UNAVAILABLE.withDescription("The node starts").asRuntimeException());
            return Optional.empty();
        }
        if (!node.get().clusterId().equals(clusterId)) {
            responses.onError(Status.FAILED_PRECONDITION
                    .withDescription("The node belongs to another cluster")
                    .asRuntimeException());
            return Optional.empty();
        }
        return node;
    }
}
