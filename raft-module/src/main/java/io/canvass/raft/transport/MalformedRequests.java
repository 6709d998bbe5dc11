package io.canvass.raft.transport;

import java.io.InputStream;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Refuses and counts requests to additional services that are not of the wire format. gRPC by itself throws on its own thread,
 * which logs a stack trace for each: whoever reaches the port could fill the disk with them. Stateless but for what it counts.
 */
final class MalformedRequests implements ServerInterceptor {
    private static final Status REFUSED =
            Status.INVALID_ARGUMENT.withDescription("The request is not a message of this method; nothing was done");

    private final Refusals refusals;

    private MalformedRequests(Refusals refusals) {
        this.refusals = refusals;
    }

    /** The service, whose requests are read by a listener of ours, and no longer before it. */
    static ServerServiceDefinition guard(ServerServiceDefinition service, Refusals refusals) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useMarshalledMessages(service, new Unread()), new MalformedRequests(refusals));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new Guarded<>(call, next.startCall(call, headers));
    }

    /** Called by gRPC for one event after the other. */
    private final class Guarded<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private boolean refused;

        Guarded(ServerCall<Q, A> call, ServerCall.Listener<Q> service) {
            super(service);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            if (refused) {
                return;
            }
            try {
                super.onMessage(request);
            } catch (StatusRuntimeException e) {
                if (!(e.getCause() instanceof InvalidProtocolBufferException broken)) {
                    throw e;
                }
                refused = true;
                refusals.count(
                        RefusalReason.MALFORMED_FRAME,
                        "a caller of " + call.getMethodDescriptor().getFullMethodName(),
                        String.valueOf(broken.getMessage()));
                // The service must not answer what came before on this stream any more.
                super.onCancel();
                call.close(REFUSED, new Metadata());
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }

        @Override
        public void onReady() {
            if (!refused) {
                super.onReady();
            }
        }

        @Override
        public void onCancel() {
            if (!refused) {
                super.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (!refused) {
                super.onComplete();
            }
        }
    }

    /** Hands the bytes on as they came. */
    private static final class Unread implements MethodDescriptor.Marshaller<InputStream> {
        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return stream;
        }
    }
}
