package io.canvass.raft.transport;

import java.util.Optional;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.Greeter.AckVerdict;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One stream that this replica dialled, on a connection of its own: greeting, then requests out and their responses
 * in. It has one session and never comes back; a reconnect is another stream. gRPC calls it on one thread at a time.
 */
final class DialledStream extends ClientCall.Listener<Frame> {
    private final PeerContext context;
    private final Owner owner;
    private final ManagedChannel channel;
    private final ReplicaKey to;
    private final Lane lane;
    private final long session;
    private final ClientCall<Frame, Frame> call;
    private final OutstandingRequests outstanding = new OutstandingRequests();

    // gRPC's thread only, set when the greeting was answered.
    private @Nullable Deliveries deliveries;

    // A call is not safe for two senders: guards it, closed and why. Nothing in it blocks.
    private final Object sending = new Object();
    private boolean closed;
    private String why = "";

    // Set on gRPC's thread before the owner is told of the end.
    private volatile boolean refusedByPeer;

    /** Told of the stream on gRPC's thread; of its beginning at most once, then of its end. */
    interface Owner {
        /** @param peer its directory id known */
        void acknowledged(DialledStream stream, Transport.Seen peer);

        /** Instead: another replica of the node that was meant is there. */
        void met(Transport.Seen other);

        /**
         * After everything it delivered.
         *
         * @param why for people
         */
        void ended(DialledStream stream, String why);
    }

    /** @param channel to be closed with the stream */
    DialledStream(PeerContext context, Owner owner, ManagedChannel channel, ReplicaKey to, Lane lane) {
        this.context = context;
        this.owner = owner;
        this.channel = channel;
        this.to = to;
        this.lane = lane;
        this.session = context.nextSession();
        this.call = channel.newCall(
                FrameMarshaller.EXCHANGE,
                CallOptions.DEFAULT.withOnReadyThreshold(StreamBounds.requestQueueBytes(lane)));
    }

    void start() {
        call.start(this, new Metadata());
        synchronized (sending) {
            call.sendMessage(context.greeter().hello(to, lane, session));
        }
        call.request(1);
    }

    /** As it answered; before that, as it was dialled. On gRPC's thread. */
    ReplicaKey peer() {
        Deliveries open = deliveries;
        return open == null ? to : open.from();
    }

    @Override
    public void onMessage(Frame frame) {
        if (isClosed()) {
            return;
        }
        Deliveries open = deliveries;
        if (open == null) {
            acknowledge(frame);
        } else {
            take(frame, open);
        }
    }

    private void acknowledge(Frame frame) {
        switch (context.greeter().judge(frame, to, session)) {
            case AckVerdict.Accepted(Transport.Seen seen) -> {
                deliveries = new Deliveries(context.listener(), seen.replica(), lane, () -> call.request(1));
                owner.acknowledged(this, seen);
                call.request(1);
            }
            case AckVerdict.RefusedByPeer(String reason, Optional<Transport.Seen> seen) -> {
                refusedByPeer = true;
                seen.ifPresent(owner::met);
                refuse(RefusalReason.REFUSED_BY_PEER, reason + ", on lane " + lane);
            }
            case AckVerdict.Invalid(String reason) -> refuse(RefusalReason.HELLO_ACK_INVALID, reason);
        }
    }

    private void take(Frame frame, Deliveries open) {
        if (frame.hasHello() || frame.hasHelloAck()) {
            refuse(RefusalReason.HELLO_REPEATED, "A second greeting on one stream");
            return;
        }
        try {
            switch (MessageCodec.decode(frame)) {
                case Message.Response response -> takeResponse(frame, response, open);
                case Message.Request request ->
                    refuse(RefusalReason.WRONG_DIRECTION, "A request on a stream that was dialled here: " + frame.getBodyCase());
            }
        } catch (MalformedFrameException e) {
            refuse(RefusalReason.MALFORMED_FRAME, e.getMessage() + ", in " + frame.getBodyCase());
        }
    }

    private void takeResponse(Frame frame, Message.Response response, Deliveries open) {
        if (!open.carries(response)) {
            refuse(RefusalReason.WRONG_LANE, "Lane " + lane + " carries no " + frame.getBodyCase());
        } else if (outstanding.remove(frame.getCorrelation())) {
            open.deliver(frame, response);
        } else {
            context.refusals()
                    .count(
                            RefusalReason.UNEXPECTED_RESPONSE,
                            to.nodeId(),
                            "A response to nothing that was asked on this stream, or asked and answered already");
            call.request(1);
        }
    }

    /** From the core's thread; what cannot go now is dropped and counted. */
    void send(long correlation, Message.Request request) {
        Frame frame = MessageCodec.encode(correlation, request);
        if (frame.getSerializedSize() > context.config().maxMessageBytes()) {
            context.drops().count(DropReason.TOO_LARGE);
            return;
        }
        synchronized (sending) {
            if (closed) {
                context.drops().count(DropReason.NOT_CONNECTED);
            } else if (!call.isReady()) {
                context.drops().count(DropReason.QUEUE_FULL);
            } else {
                outstanding.add(correlation);
                call.sendMessage(frame);
            }
        }
    }

    /** Whether the peer refused the greeting. */
    boolean isRefused() {
        return refusedByPeer;
    }

    /** Whether a request sent now would go. */
    boolean isReady() {
        synchronized (sending) {
            return !closed && call.isReady();
        }
    }

    private void refuse(RefusalReason reason, String what) {
        context.refusals().count(reason, to.nodeId(), what);
        cancel(what);
    }

    /** From any thread; the owner is told once it has ended. */
    void cancel(String reason) {
        synchronized (sending) {
            if (closed) {
                return;
            }
            closed = true;
            why = reason;
        }
        call.cancel(reason, null);
        channel.shutdownNow();
    }

    private boolean isClosed() {
        synchronized (sending) {
            return closed;
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        String reason;
        synchronized (sending) {
            closed = true;
            reason = why.isEmpty() ? describe(status) : why;
        }
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
            context.refusals().count(RefusalReason.OVERSIZED_MESSAGE, to.nodeId(), describe(status));
        }
        TlsFailures.of(status).ifPresent(failure -> context.refusals().count(RefusalReason.TLS_HANDSHAKE, to.nodeId(), failure));
        channel.shutdownNow();
        owner.ended(this, reason);
    }

    private static String describe(Status status) {
        return TlsFailures.of(status).orElseGet(() -> describePlainly(status));
    }

    private static String describePlainly(Status status) {
        String description = status.getDescription();
        Throwable cause = status.getCause();
        String text = status.getCode() + (description == null ? "" : ", " + description);
        return cause == null ? text : text + " (" + cause.getMessage() + ")";
    }
}
