package io.canvass.raft.transport;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.PeerGrpc;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.transport.Greeter.HelloVerdict;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The streams that peers dialled: one per node and lane, where the newest replaces the one before. Safe for any
 * thread.
 */
final class InboundStreams {
    /** Streams open at once, those not greeted yet included. */
    static final int MAX_STREAMS = 256;

    private final Greeter greeter;
    private final Transport.Listener listener;
    private final InboundTls tls;
    private final Refusals refusals;
    private final Counters<DropReason> drops;
    private final DialLoop loop;
    private final long greetingNanos;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<Place, InboundStream> current = new ConcurrentHashMap<>();

    private record Place(String nodeId, Lane lane) {}

    /** @param greetingNanos how long a greeting may take */
    InboundStreams(
            Greeter greeter,
            Transport.Listener listener,
            InboundTls tls,
            Refusals refusals,
            Counters<DropReason> drops,
            DialLoop loop,
            long greetingNanos) {
        this.greeter = greeter;
        this.listener = listener;
        this.tls = tls;
        this.refusals = refusals;
        this.drops = drops;
        this.loop = loop;
        this.greetingNanos = greetingNanos;
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(ServiceDescriptor.newBuilder(PeerGrpc.SERVICE_NAME)
                        .addMethod(FrameMarshaller.EXCHANGE)
                        .build())
                .addMethod(FrameMarshaller.EXCHANGE, (call, headers) -> begin(call))
                .build();
    }

    private ServerCall.Listener<Frame> begin(ServerCall<Frame, Frame> call) {
        if (open.incrementAndGet() > MAX_STREAMS) {
            open.decrementAndGet();
            String why = "More than " + MAX_STREAMS + " peer streams";
            refusals.count(RefusalReason.TOO_MANY_STREAMS, "a peer", why);
            call.close(Status.UNAVAILABLE.withDescription(why), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        InboundStream stream = new InboundStream(call, this);
        stream.begin();
        var _ = loop.schedule(stream::expireGreeting, greetingNanos);
        return stream;
    }

    void opened(InboundStream stream, HelloVerdict.Accepted hello) {
        InboundStream before = current.put(new Place(hello.from().nodeId(), hello.lane()), stream);
        if (before != null) {
            before.close(Status.ABORTED.withDescription("A newer stream of the same peer and lane took its place"));
        }
    }

    /** @param hello what the stream was opened with, if it came so far */
    void ended(InboundStream stream, HelloVerdict.@Nullable Accepted hello) {
        open.decrementAndGet();
        if (hello != null) {
            current.remove(new Place(hello.from().nodeId(), hello.lane()), stream);
        }
    }

    /** Drops it where there is no stream to this node, or too much is queued. */
    void send(String nodeId, Lane lane, long correlation, Message.Response response) {
        InboundStream stream = current.get(new Place(nodeId, lane));
        if (stream == null) {
            drops.count(DropReason.NOT_CONNECTED);
        } else {
            stream.send(correlation, response);
        }
    }

    Greeter greeter() {
        return greeter;
    }

    Transport.Listener listener() {
        return listener;
    }

    InboundTls tls() {
        return tls;
    }

    Refusals refusals() {
        return refusals;
    }

    Counters<DropReason> drops() {
        return drops;
    }
}
