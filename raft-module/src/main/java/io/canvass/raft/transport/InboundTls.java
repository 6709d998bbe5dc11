package io.canvass.raft.transport;

import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * TLS on accepted connections, and whose certificate was shown on which. A connection is known by both its addresses: while it is
 * open, no other has them. Thread-safe; holds no more than there are connections.
 */
final class InboundTls {
    private final Optional<PeerTls> tls;
    private final Refusals refusals;
    private final long handshakeNanos;
    private final ConcurrentMap<Connection, PeerCertificate> certificates = new ConcurrentHashMap<>();

    private record Connection(@Nullable SocketAddress here, @Nullable SocketAddress there) {}

    InboundTls(PeerSecurity security, Refusals refusals, long handshakeNanos) {
        this.tls = security instanceof PeerTls on ? Optional.of(on) : Optional.empty();
        this.refusals = refusals;
        this.handshakeNanos = handshakeNanos;
    }

    /** Whether TLS connections are taken. */
    boolean isOn() {
        return tls.isPresent();
    }

    boolean requiresTls() {
        return tls.filter(on -> on.mode() == PeerTls.Mode.REQUIRE).isPresent();
    }

    /** For a connection that begins as TLS. On its thread. */
    SslHandler handler(Channel channel) {
        PeerTls on = tls.orElseThrow();
        SslHandler handler = new SslHandler(on.serverEngine());
        handler.setHandshakeTimeout(handshakeNanos, TimeUnit.NANOSECONDS);
        Connection connection = new Connection(channel.localAddress(), channel.remoteAddress());
        var _ = channel.closeFuture().addListener(_ -> certificates.remove(connection));
        var _ = handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                on.certificate(handler.engine().getSession()).ifPresent(shown -> certificates.put(connection, shown));
            } else {
                refusals.count(
                        RefusalReason.TLS_HANDSHAKE, String.valueOf(connection.there()), TlsFailures.describe(done.cause()));
            }
        });
        return handler;
    }

    /** Of the connection of a call; empty for a plain one. */
    Optional<PeerCertificate> certificate(Attributes call) {
        return Optional.ofNullable(certificates.get(new Connection(
                call.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR), call.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))));
    }

    /** Why the caller may not say that it is this node; empty if it may. */
    Optional<String> objection(Attributes call, String nodeId) {
        Optional<PeerCertificate> shown = certificate(call);
        if (shown.isPresent()) {
            return shown.get().speaksFor(nodeId)
                    ? Optional.empty()
                    : Optional.of("Who says that it is " + nodeId + " shows " + shown.get());
        }
        return requiresTls() ? Optional.of("Who says that it is " + nodeId + " shows no certificate") : Optional.empty();
    }
}
