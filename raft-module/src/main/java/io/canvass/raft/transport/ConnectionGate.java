package io.canvass.raft.transport;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;

/** On the listening socket: bounds the connections that are open at once, and puts a guard on each. */
final class ConnectionGate extends ChannelInboundHandlerAdapter {
    static final int MAX_CONNECTIONS = 512;

    private final Refusals refusals;
    private final InboundTls tls;
    private final CallWatch calls;
    private final long prefaceNanos;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionGate(Refusals refusals, InboundTls tls, CallWatch calls, long prefaceNanos) {
        this.refusals = refusals;
        this.tls = tls;
        this.calls = calls;
        this.prefaceNanos = prefaceNanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel accepted) {
            if (open.incrementAndGet() > MAX_CONNECTIONS) {
                open.decrementAndGet();
                refusals.count(
                        RefusalReason.TOO_MANY_CONNECTIONS,
                        String.valueOf(accepted.remoteAddress()),
                        "More than " + MAX_CONNECTIONS + " connections");
                // Not registered with an event loop yet, so it cannot be closed in the usual way.
                accepted.unsafe().closeForcibly();
                return;
            }
            var _ = accepted.closeFuture().addListener(_ -> open.decrementAndGet());
            PrefaceGuard preface = new PrefaceGuard(refusals, calls, prefaceNanos);
            accepted.pipeline().addFirst(tls.isOn() ? new TlsGate(tls, refusals, preface, prefaceNanos) : preface);
        }
        ctx.fireChannelRead(message);
    }
}
