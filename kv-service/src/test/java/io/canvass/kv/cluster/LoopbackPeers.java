package io.canvass.kv.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/** Peers on real sockets of this machine. */
public final class LoopbackPeers implements PeerAccess, AutoCloseable {
    private final Map<String, Server> servers = new ConcurrentHashMap<>();
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    /** Serves on any free port, or on that where this peer served before. */
    public LoopbackPeers serve(String nodeId, BindableService service) {
        int port = ports.getOrDefault(nodeId, 0);
        try {
            Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addService(service)
                    .build()
                    .start();
            servers.put(nodeId, server);
            ports.put(nodeId, server.getPort());
            channels.computeIfAbsent(nodeId, _ -> NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                    .usePlaintext()
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** {@code host:port} of one that serves or has served. */
    public String addressOf(String nodeId) {
        return "127.0.0.1:" + Optional.ofNullable(ports.get(nodeId)).orElseThrow();
    }

    /** As a process that is killed: its connections break. */
    public void kill(String nodeId) throws InterruptedException {
        server(nodeId).shutdownNow().awaitTermination();
    }

    /** Forgets how long the channel meant to wait before it dials again. */
    public void dialAgain(String nodeId) {
        Optional.ofNullable(channels.get(nodeId)).ifPresent(ManagedChannel::resetConnectBackoff);
    }

    @Override
    public Channel channelTo(String nodeId) {
        return Optional.ofNullable(channels.get(nodeId)).orElseThrow(() -> new IllegalArgumentException("no peer " + nodeId));
    }

    @Override
    public Map<String, Long> refusals() {
        return Map.of();
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        servers.values().forEach(Server::shutdownNow);
    }

    private Server server(String nodeId) {
        return Optional.ofNullable(servers.get(nodeId)).orElseThrow();
    }
}
