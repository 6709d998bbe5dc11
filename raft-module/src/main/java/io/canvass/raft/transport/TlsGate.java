package io.canvass.raft.transport;

import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * First on each accepted connection of a node that takes TLS: the first byte tells TLS (RFC 8446, section 5.1) from HTTP/2 in the
 * plain. gRPC, behind it, speaks first; what it says is held until that byte has come. On the connection's own thread only.
 */
final class TlsGate extends ChannelDuplexHandler {
    /** The type of the record that a TLS client begins with. */
    static final int HANDSHAKE_RECORD = 0x16;

    private static final int PLAIN_PREFACE = 'P';
    /** gRPC says its settings, and nothing more before it was answered. */
    private static final int MAX_HELD = 64;

    private static final String TLS_ONLY = "This node takes TLS only from its peers (kv.peer.tls)";

    private final InboundTls tls;
    private final Refusals refusals;
    private final PrefaceGuard preface;
    private final long nanos;
    private final Deque<Held> held = new ArrayDeque<>();
    private @Nullable Future<?> deadline;
    private boolean decided;

    private record Held(Object message, ChannelPromise promise) {}

    /**
     * @param preface of what is behind TLS, or came without
     * @param nanos how long the first byte may take
     */
    TlsGate(InboundTls tls, Refusals refusals, PrefaceGuard preface, long nanos) {
        this.tls = tls;
        this.refusals = refusals;
        this.preface = preface;
        this.nanos = nanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> refuse(ctx, RefusalReason.SILENT_CONNECTION, "Nothing came", Unpooled.EMPTY_BUFFER),
                        nanos,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Future<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
        for (Held each = held.poll(); each != null; each = held.poll()) {
            ReferenceCountUtil.release(each.message());
            each.promise().tryFailure(new ClosedChannelException());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (decided || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        decided = true;
        switch (bytes.getByte(bytes.readerIndex())) {
            case HANDSHAKE_RECORD -> letThrough(ctx, bytes, true);
            case PLAIN_PREFACE -> takePlain(ctx, bytes);
            default -> {
                bytes.release();
                refuse(ctx, RefusalReason.NOT_HTTP2, "Bytes that are neither TLS nor HTTP/2", Unpooled.EMPTY_BUFFER);
            }
        }
    }

    private void takePlain(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (tls.requiresTls()) {
            bytes.release();
            refuse(ctx, RefusalReason.PLAIN_CONNECTION, TLS_ONLY + ", and this one is plain", goAway());
        } else {
            letThrough(ctx, bytes, false);
        }
    }

    /** What comes from now on, and what was held, goes through the handlers that take this one's place. */
    private void letThrough(ChannelHandlerContext ctx, ByteBuf bytes, boolean secured) {
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addAfter(ctx.name(), null, preface);
        ChannelHandlerContext behind = pipeline.context(preface);
        if (secured) {
            pipeline.addAfter(ctx.name(), null, tls.handler(ctx.channel()));
        }
        List<Held> waiting = List.copyOf(held);
        held.clear();
        pipeline.remove(this);
        for (Held each : waiting) {
            var _ = behind.write(each.message(), each.promise());
        }
        behind.flush();
        ctx.fireChannelRead(bytes);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (decided) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        held.add(new Held(message, promise));
        if (held.size() > MAX_HELD) {
            decided = true;
            var _ = ctx.close();
        }
    }

    /** Nothing leaves before it is decided how. */
    @Override
    public void flush(ChannelHandlerContext ctx) {}

    private void refuse(ChannelHandlerContext ctx, RefusalReason reason, String why, ByteBuf farewell) {
        decided = true;
        if (ctx.channel().isActive()) {
            refusals.count(reason, String.valueOf(ctx.channel().remoteAddress()), why);
            var _ = ctx.writeAndFlush(farewell).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** RFC 9113, sections 6.5 and 6.8: no settings, and INADEQUATE_SECURITY with the reason in words. */
    private static ByteBuf goAway() {
        byte[] words = TLS_ONLY.getBytes(StandardCharsets.US_ASCII);
        int fixed = 2 * Integer.BYTES;
        return Unpooled.buffer()
                .writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
                .writeMedium(fixed + words.length)
                .writeBytes(new byte[] {7, 0, 0, 0, 0, 0})
                .writeInt(0)
                .writeInt(0xc)
                .writeBytes(words);
    }
}
