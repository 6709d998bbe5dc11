package io.canvass.raft.transport;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * First on each accepted connection: lets it through once it has sent the preface of HTTP/2 (RFC 9113, section 3.4),
 * and closes it at the first byte that differs, or when the preface does not come in time. On the connection's own
 * thread only.
 */
final class PrefaceGuard extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Refusals refusals;
    private final CallWatch calls;
    private final long prefaceNanos;
    private int matched;
    private @Nullable Future<?> deadline;

    /** @param prefaceNanos how long the preface may take */
    PrefaceGuard(Refusals refusals, CallWatch calls, long prefaceNanos) {
        this.refusals = refusals;
        this.calls = calls;
        this.prefaceNanos = prefaceNanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> refuse(ctx, RefusalReason.SILENT_CONNECTION, "No HTTP/2 preface came"),
                        prefaceNanos,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Future<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && !matches(bytes)) {
            boolean secured = matched == 0 && bytes.isReadable() && bytes.getByte(bytes.readerIndex()) == TlsGate.HANDSHAKE_RECORD;
            bytes.release();
            if (secured) {
                refuse(ctx, RefusalReason.TLS_CONNECTION, "A TLS connection, and this node takes plain ones only (kv.peer.tls)");
            } else {
                refuse(ctx, RefusalReason.NOT_HTTP2, "Bytes that are not HTTP/2; peers and kv services speak gRPC here");
            }
            return;
        }
        if (matched == PREFACE.length) {
            SocketAddress caller = ctx.channel().remoteAddress();
            calls.greeted(caller);
            var _ = ctx.channel().closeFuture().addListener(_ -> calls.gone(caller));
            ctx.pipeline().remove(this);
        }
        ctx.fireChannelRead(message);
    }

    /** Of TLS, which counts its failures itself: gRPC would log a stack trace for each. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        var _ = ctx.close();
    }

    private boolean matches(ByteBuf bytes) {
        int count = Math.min(bytes.readableBytes(), PREFACE.length - matched);
        for (int i = 0; i < count; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[matched + i]) {
                return false;
            }
        }
        matched += count;
        return true;
    }

    private void refuse(ChannelHandlerContext ctx, RefusalReason reason, String why) {
        if (ctx.channel().isActive()) {
            refusals.count(reason, String.valueOf(ctx.channel().remoteAddress()), why);
            var _ = ctx.close();
        }
    }
}
