package io.canvass.raft.transport;

import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;

/**
 * Counts connections that began as HTTP/2 and ended without a call that is served here: broken or oversized frames, which
 * end a connection before anything else of ours hears of them, and callers of what does not exist. Thread-safe; holds no
 * more than there are connections.
 */
final class CallWatch {
    private final Refusals refusals;
    /** By the caller's address: that of a connection is its own while it is open. */
    private final Set<SocketAddress> withoutCall = ConcurrentHashMap.newKeySet();

    CallWatch(Refusals refusals) {
        this.refusals = refusals;
    }

    /** A caller has said that it speaks HTTP/2. */
    void greeted(SocketAddress caller) {
        withoutCall.add(caller);
    }

    ServerStreamTracer.Factory calls() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
                return new ServerStreamTracer() {
                    @Override
                    public void serverCallStarted(ServerCallInfo<?, ?> call) {
                        called(call.getAttributes());
                    }
                };
            }
        };
    }

    private void called(Attributes connection) {
        SocketAddress caller = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (caller != null) {
            withoutCall.remove(caller);
        }
    }

    /** Its connection is closed. */
    void gone(SocketAddress caller) {
        if (withoutCall.remove(caller)) {
            refusals.count(RefusalReason.NO_CALL, String.valueOf(caller), "A connection that ended without a call");
        }
    }
}
