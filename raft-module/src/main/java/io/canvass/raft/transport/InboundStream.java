package io.canvass.raft.transport;

import java.util.concurrent.atomic.AtomicReference;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.raft.core.Message;
import io.canvass.raft.transport.Greeter.HelloVerdict;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A stream that a peer dialled: its greeting, then its requests; this replica's responses go back on it. gRPC calls
 * it on one thread at a time; {@link #send} and {@link #close} come from others.
 */
final class InboundStream extends ServerCall.Listener<Frame> {
    private final ServerCall<Frame, Frame> call;
    private final InboundStreams streams;
    private final AtomicReference<HelloVerdict.@Nullable Accepted> hello = new AtomicReference<>();

    // gRPC's thread only, set with the greeting.
    private @Nullable Deliveries deliveries;

    // A call is not safe for two senders: guards it and closed. Nothing in it blocks.
    private final Object sending = new Object();
    private boolean closed;

    InboundStream(ServerCall<Frame, Frame> call, InboundStreams streams) {
        this.call = call;
        this.streams = streams;
    }

    void begin() {
        call.setOnReadyThreshold(StreamBounds.RESPONSE_QUEUE_BYTES);
        call.sendHeaders(new Metadata());
        call.request(1);
    }

    @Override
    public void onMessage(Frame frame) {
        if (isClosed()) {
            return;
        }
        Deliveries open = deliveries;
        if (open == null) {
            greet(frame);
        } else {
            take(frame, open);
        }
    }

    private void greet(Frame frame) {
        switch (judged(frame)) {
            case HelloVerdict.Accepted accepted -> {
                hello.set(accepted);
                deliveries = new Deliveries(
                        streams.listener(), accepted.from(), accepted.lane(), () -> call.request(1));
                trySend(streams.greeter().ack(accepted.session()));
                streams.opened(this, accepted);
                call.request(1);
            }
            case HelloVerdict.Refused(RefusalReason reason, String why) -> {
                long session = Math.max(0, frame.getHello().getSession());
                trySend(streams.greeter().ack(session, reason.onTheWire()));
                refuse(reason, why);
            }
        }
    }

    /** A greeting counts only from whom the connection's certificate names. */
    private HelloVerdict judged(Frame frame) {
        HelloVerdict verdict = streams.greeter().judge(frame);
        return verdict instanceof HelloVerdict.Accepted accepted
                ? streams.tls()
                        .objection(call.getAttributes(), accepted.from().nodeId())
                        .<HelloVerdict>map(why -> new HelloVerdict.Refused(RefusalReason.FOREIGN_CERTIFICATE, why))
                        .orElse(verdict)
                : verdict;
    }

    private void take(Frame frame, Deliveries open) {
        if (frame.hasHello()) {
            refuse(RefusalReason.HELLO_REPEATED, "A second greeting on one stream");
            return;
        }
        if (frame.hasHelloAck()) {
            refuse(RefusalReason.WRONG_DIRECTION, "An answer to a greeting on a stream that it dialled itself");
            return;
        }
        try {
            switch (MessageCodec.decode(frame)) {
                case Message.Request request -> {
                    if (open.carries(request)) {
                        open.deliver(frame, request);
                    } else {
                        refuse(RefusalReason.WRONG_LANE, "This lane carries no " + frame.getBodyCase());
                    }
                }
                case Message.Response response ->
                    refuse(RefusalReason.WRONG_DIRECTION, "A response on a stream that it dialled itself: " + frame.getBodyCase());
            }
        } catch (MalformedFrameException e) {
            refuse(RefusalReason.MALFORMED_FRAME, e.getMessage() + ", in " + frame.getBodyCase());
        }
    }

    /** Whether the greeting did not come; then the stream is closed. From any thread. */
    void expireGreeting() {
        if (hello.get() == null && !isClosed()) {
            refuse(RefusalReason.HELLO_OVERDUE, "No greeting came");
        }
    }

    /** From the core's thread. */
    void send(long correlation, Message.Response response) {
        Frame frame = MessageCodec.encode(correlation, response);
        if (!trySend(frame)) {
            streams.drops().count(DropReason.QUEUE_FULL);
        }
    }

    private boolean trySend(Frame frame) {
        synchronized (sending) {
            if (closed || !call.isReady()) {
                return false;
            }
            call.sendMessage(frame);
            return true;
        }
    }

    private void refuse(RefusalReason reason, String why) {
        streams.refusals().count(reason, who(), why);
        close(status(reason).withDescription(why));
    }

    private static Status status(RefusalReason reason) {
        return switch (reason) {
            case MALFORMED_FRAME -> Status.INVALID_ARGUMENT;
            case HELLO_OVERDUE -> Status.DEADLINE_EXCEEDED;
            case FOREIGN_CERTIFICATE -> Status.PERMISSION_DENIED;
            case INCONSISTENT_CLUSTER_ID,
                    INVALID_VOTER_KEY,
                    INVALID_SENDER,
                    UNSUPPORTED_VERSION,
                    HELLO_MISSING,
                    HELLO_REPEATED,
                    HELLO_ACK_INVALID,
                    WRONG_DIRECTION,
                    WRONG_LANE,
                    REFUSED_BY_PEER,
                    UNEXPECTED_RESPONSE,
                    OVERSIZED_MESSAGE,
                    TLS_HANDSHAKE,
                    PLAIN_CONNECTION,
                    TLS_CONNECTION,
                    NOT_HTTP2,
                    NO_CALL,
                    SILENT_CONNECTION,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_STREAMS -> Status.FAILED_PRECONDITION;
        };
    }

    /** The node of the greeting where there was a good one, and the address. */
    private String who() {
        HelloVerdict.Accepted accepted = hello.get();
        String address = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        return accepted == null ? address : accepted.from() + " at " + address;
    }

    /** From any thread; the first call counts. */
    void close(Status status) {
        synchronized (sending) {
            if (closed) {
                return;
            }
            closed = true;
            call.close(status, new Metadata());
        }
    }

    private boolean isClosed() {
        synchronized (sending) {
            return closed;
        }
    }

    @Override
    public void onHalfClose() {
        close(Status.OK);
    }

    @Override
    public void onCancel() {
        synchronized (sending) {
            closed = true;
        }
        streams.ended(this, hello.get());
    }

    @Override
    public void onComplete() {
        streams.ended(this, hello.get());
    }
}
