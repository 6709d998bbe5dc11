package io.canvass.raft.transport;

import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;

/** What gRPC makes each connection of a channel with: always what counts at that time. Thread-safe. */
final class DialledTls extends SslContext {
    private static final ApplicationProtocolConfig ONLY_HTTP2 = new ApplicationProtocolConfig(
            Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, PeerTls.HTTP2);

    private final PeerTls tls;
    private final Optional<String> expected;

    /** @param expected the only node that may be there; empty: any */
    DialledTls(PeerTls tls, Optional<String> expected) {
        this.tls = tls;
        this.expected = expected;
    }

    /** Of one connection. */
    private SslContext fresh() {
        return tls.dialling(expected, ONLY_HTTP2);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return fresh().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
        return fresh().newEngine(allocator, host, port);
    }

    @Override
    public boolean isClient() {
        return true;
    }

    @Override
    public List<String> cipherSuites() {
        return fresh().cipherSuites();
    }

    // The type is deprecated, and there is no other to say it with.
    @SuppressWarnings("deprecation")
    @Override
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return () -> List.of(PeerTls.HTTP2);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return fresh().sessionContext();
    }
}
