package io.canvass.kv.members;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/** Serves one small service on the peer port, as long as the transport between peers is not open. */
final class DiscoveryServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_CALLS_PER_CONNECTION = 16;
    private static final Duration MAX_IDLE = Duration.ofSeconds(30);
    private static final Duration HANDSHAKE = Duration.ofSeconds(5);
    /** For answers that are under way. */
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Server server;

    /** @throws UncheckedIOException if the address cannot be listened on */
    DiscoveryServer(String host, int port, BindableService service) {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(host, port), InsecureServerCredentials.create())
                .directExecutor()
                .maxInboundMessageSize(MAX_REQUEST_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .maxConnectionIdle(MAX_IDLE.toSeconds(), TimeUnit.SECONDS)
                .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
                .addService(service)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** The port is free when it returns, within about two seconds. */
    @Override
    public void close() {
        try {
            if (!server.shutdown().awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                boolean _ = server.shutdownNow().awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
