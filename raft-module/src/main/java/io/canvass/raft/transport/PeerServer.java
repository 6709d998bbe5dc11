package io.canvass.raft.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollChannelOption;

/**
 * The listening side: bounds on connections, calls and sizes, so that nobody who reaches the port can harm the node.
 */
final class PeerServer {
    /** Calls of additional services that one connection may have under way; the caller queues more. */
    private static final int MAX_CALLS_PER_CONNECTION = 1024;

    /** Connections without a call are closed after this. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(5);

    /** Pings more frequent than half of what peers are told to send are an attack. */
    private static final long PERMITTED_PING_NANOS = TransportConfig.MIN_KEEP_ALIVE_INTERVAL.toNanos() / 2;

    /** Streams that one connection may reset within {@link #RESET_WINDOW_SECONDS} ("rapid reset"). */
    private static final int MAX_RESETS = 2000;

    private static final int RESET_WINDOW_SECONDS = 10;

    private final Listening config;
    private final Server server;

    /**
     * @param tls what comes in is checked by it before gRPC sees it; gRPC itself takes what is left for plain
     * @param services as they are to be served
     */
    PeerServer(
            Listening config, EventLoops loops, Refusals refusals, InboundTls tls, List<ServerServiceDefinition> services) {
        this.config = config;
        InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
        CallWatch calls = new CallWatch(refusals);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address, InsecureServerCredentials.create())
                .channelFactory(() -> listening(loops, refusals, tls, calls))
                .bossEventLoopGroup(loops.acceptor())
                .workerEventLoopGroup(loops.workers())
                .withChildOption(ChannelOption.TCP_NODELAY, true)
                .directExecutor()
                .flowControlWindow(StreamBounds.WINDOW_BYTES)
                .maxInboundMessageSize(config.maxMessageBytes())
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .maxConnectionIdle(MAX_IDLE.toNanos(), TimeUnit.NANOSECONDS)
                .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .keepAliveTime(config.keepAliveInterval().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveTime(PERMITTED_PING_NANOS, TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addStreamTracerFactory(new OversizeCounter(refusals))
                .addStreamTracerFactory(calls.calls())
                .addServices(services);
        if (loops.isEpoll()) {
            builder.withChildOption(
                    EpollChannelOption.TCP_USER_TIMEOUT, Math.toIntExact(config.keepAliveTimeout().toMillis()));
        }
        server = builder.build();
    }

    /** An additional service, for callers that this check lets through. */
    static ServerServiceDefinition guarded(BindableService service, CallerCheck callers, Refusals refusals) {
        return ServerInterceptors.intercept(MalformedRequests.guard(service.bindService(), refusals), callers);
    }

    private ServerChannel listening(EventLoops loops, Refusals refusals, InboundTls tls, CallWatch calls) {
        ServerChannel channel = loops.newServerChannel();
        channel.pipeline().addLast(new ConnectionGate(refusals, tls, calls, config.connectTimeout().toNanos()));
        return channel;
    }

    /** @throws TransportException if the address cannot be bound */
    void start() {
        try {
            server.start();
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new TransportException(
                    "Cannot listen for peers on " + config.host() + ", port " + config.port() + ": "
                            + cause.getMessage() + ". This replica was not started. If another process holds the port"
                            + " (\"ss -ltnp\" names it), stop that process or give this replica another peer port;"
                            + " the address must be one of this machine.",
                    e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** Takes no more calls, and waits for those under way. */
    void drain(long timeoutNanos) {
        server.shutdown();
        await(timeoutNanos);
    }

    void close(long timeoutNanos) {
        server.shutdownNow();
        await(timeoutNanos);
    }

    private void await(long timeoutNanos) {
        try {
            server.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** gRPC ends a stream over an oversized message without telling its service; this status alone shows it. */
    private static final class OversizeCounter extends ServerStreamTracer.Factory {
        private final Refusals refusals;

        OversizeCounter(Refusals refusals) {
            this.refusals = refusals;
        }

        @Override
        public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
            return new ServerStreamTracer() {
                @Override
                public void streamClosed(Status status) {
                    if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                        refusals.count(
                                RefusalReason.OVERSIZED_MESSAGE,
                                "a caller of " + fullMethodName,
                                String.valueOf(status.getDescription()));
                    }
                }
            };
        }
    }
}
