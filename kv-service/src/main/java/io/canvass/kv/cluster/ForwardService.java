package io.canvass.kv.cluster;

import java.util.Optional;

import io.canvass.kv.tracing.Spans;
import io.canvass.proto.kv.v1.ForwardGrpc;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.kv.v1.WriteResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Takes the writes that other nodes hand to this one because they believe that it leads. It proposes them here or refuses them;
 * it never hands them on, so that no request goes round in circles.
 */
public final class ForwardService extends ForwardGrpc.ForwardImplBase {
    private final int maxInFlight;
    private final VersionGate versions;
    private final SpaceGuard space;
    private final KeepAlives keepAlives;
    private final Spans spans;
    private volatile Optional<RaftAccess> raft = Optional.empty();

    /** Without traces. */
    ForwardService(int maxInFlight, VersionGate versions, SpaceGuard space, KeepAlives keepAlives) {
        this(maxInFlight, versions, space, keepAlives, Spans.OFF);
    }

    /** @param maxInFlight requests of one stream that are not answered yet; gRPC's flow control holds back the rest */
    ForwardService(int maxInFlight, VersionGate versions, SpaceGuard space, KeepAlives keepAlives, Spans spans) {
        this.maxInFlight = maxInFlight;
        this.versions = versions;
        this.space = space;
        this.keepAlives = keepAlives;
        this.spans = spans;
    }

    /** Called once, when the replica is open. The port is open before: until then every request is refused. */
    public void attach(RaftAccess access) {
        raft = Optional.of(access);
    }

    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> responses) {
        return new ForwardSession(
                raft, (ServerCallStreamObserver<WriteResponse>) responses, maxInFlight, versions, space, keepAlives, spans);
    }
}
