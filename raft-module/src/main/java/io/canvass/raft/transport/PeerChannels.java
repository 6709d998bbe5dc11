package io.canvass.raft.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollChannelOption;

/** Makes gRPC channels to peers: each is one TCP connection, on the transport's own threads. */
final class PeerChannels {
    private final TransportConfig config;
    private final EventLoops loops;
    private final ExecutorService lookUps;
    private final PeerSecurity security;

    /** @param lookUps threads on which gRPC may block */
    PeerChannels(TransportConfig config, EventLoops loops, ExecutorService lookUps, PeerSecurity security) {
        this.config = config;
        this.security = security;
        this.loops = loops;
        this.lookUps = lookUps;
    }

    /** For one stream: to one address, never reconnected by gRPC, since each reconnect looks its name up anew. */
    ManagedChannel forStream(String nodeId, PeerAddress peer, SocketAddress address) {
        return prepared(NettyChannelBuilder.forAddress(address, security.towards(nodeId)))
                .overrideAuthority(peer.toString())
                .disableRetry()
                .build();
    }

    /** For additional services: connects when it is used and reconnects by itself, looking its name up anew. */
    ManagedChannel forServices(String nodeId, PeerAddress peer) {
        return prepared(NettyChannelBuilder.forAddress(peer.host(), peer.port(), security.towards(nodeId)))
                .build();
    }

    private NettyChannelBuilder prepared(NettyChannelBuilder builder) {
        int connectMillis = Math.toIntExact(config.connectTimeout().toMillis());
        builder.eventLoopGroup(loops.workers())
                .channelType(loops.clientChannelType(), InetSocketAddress.class)
                .directExecutor()
                .offloadExecutor(lookUps)
                // Peers are reached directly: a proxy set for the JVM's HTTP must not come between them.
                .proxyDetector(target -> null)
                .disableServiceConfigLookUp()
                .flowControlWindow(StreamBounds.WINDOW_BYTES)
                .maxInboundMessageSize(config.maxMessageBytes())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .withOption(ChannelOption.TCP_NODELAY, true)
                .keepAliveTime(config.keepAliveInterval().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
        if (loops.isEpoll()) {
            // A dead link shows as soon as something was sent, and not only after many doublings of TCP's own patience.
            builder.withOption(
                    EpollChannelOption.TCP_USER_TIMEOUT, Math.toIntExact(config.keepAliveTimeout().toMillis()));
        }
        return builder;
    }
}
