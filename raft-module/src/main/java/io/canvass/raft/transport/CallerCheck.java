package io.canvass.raft.transport;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Of additional services: lets those call them whose certificate is a member's, or any node's where the service is
 * {@link ServedToStrangers}, and says who it is. Plain connections are not asked where such are taken. Thread-safe.
 */
final class CallerCheck implements ServerInterceptor {
    private final InboundTls tls;
    private final Refusals refusals;
    private final Optional<Supplier<Set<String>>> members;

    /** @param members node ids of those that may call; empty: any node */
    CallerCheck(InboundTls tls, Refusals refusals, Optional<Supplier<Set<String>>> members) {
        this.tls = tls;
        this.refusals = refusals;
        this.members = members;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Attributes attributes = call.getAttributes();
        Optional<String> refused = refusal(attributes);
        if (refused.isPresent()) {
            String service = call.getMethodDescriptor().getFullMethodName();
            refusals.count(
                    RefusalReason.FOREIGN_CERTIFICATE,
                    String.valueOf(attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                    "A call of " + service + ": " + refused.get());
            call.close(Status.PERMISSION_DENIED.withDescription(refused.get()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        PeerCaller caller = new PeerCaller(nodeId -> tls.objection(attributes, nodeId));
        return Contexts.interceptCall(Context.current().withValue(PeerCaller.KEY, caller), call, headers, next);
    }

    private Optional<String> refusal(Attributes call) {
        Optional<PeerCertificate> shown = tls.certificate(call);
        if (shown.isEmpty()) {
            return tls.requiresTls() ? Optional.of("No certificate was shown") : Optional.empty();
        }
        if (members.isEmpty()) {
            return Optional.empty();
        }
        Set<String> known = members.get().get();
        return shown.get().nodeIds().stream().anyMatch(known::contains)
                ? Optional.empty()
                : Optional.of("Only members may ask this, and there is " + shown.get());
    }
}
