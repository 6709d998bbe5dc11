package io.canvass.raft.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;

/** Services on the peer port as long as no {@link GrpcTransport} is open there, behind the same bounds and the same security. */
public final class ServicePort implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final EventLoops loops;
    private final PeerServer server;

    /**
     * Listens when it returns.
     *
     * @param port 0 for one that the system picks
     * @throws TransportException if the address cannot be listened on
     */
    public ServicePort(String host, int port, PeerSecurity security, List<BindableService> services) {
        Refusals refusals = new Refusals();
        Duration timeout = TransportConfig.DEFAULT_CONNECT_TIMEOUT;
        Listening listening = new Listening(
                host,
                port,
                MAX_MESSAGE_BYTES,
                timeout,
                TransportConfig.MIN_KEEP_ALIVE_INTERVAL,
                TransportConfig.DEFAULT_KEEP_ALIVE_TIMEOUT);
        InboundTls tls = new InboundTls(security, refusals, timeout.toNanos());
        CallerCheck anyNode = new CallerCheck(tls, refusals, Optional.empty());
        List<ServerServiceDefinition> guarded = services.stream()
                .map(service -> PeerServer.guarded(service, anyNode, refusals))
                .toList();
        loops = new EventLoops("canvass-service-port");
        server = new PeerServer(listening, loops, refusals, tls, guarded);
        try {
            server.start();
        } catch (TransportException e) {
            close();
            throw e;
        }
    }

    /** The port that is listened on. */
    public int port() {
        return server.port();
    }

    /** Answers that are under way have a second to leave. The port is free when it returns. */
    @Override
    public void close() {
        long timeoutNanos = CLOSE_TIMEOUT.toNanos();
        server.drain(timeoutNanos);
        server.close(timeoutNanos);
        loops.close(timeoutNanos);
    }
}
