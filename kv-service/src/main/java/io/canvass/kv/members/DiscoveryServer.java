package io.canvass.kv.members;

import java.util.List;

import io.canvass.raft.transport.PeerSecurity;
import io.canvass.raft.transport.ServicePort;
import io.grpc.BindableService;

/** Serves one small service on the peer port, as long as the transport between peers is not open. */
final class DiscoveryServer implements AutoCloseable {
    private final ServicePort port;

    /** @throws io.canvass.raft.transport.TransportException if the address cannot be listened on */
    DiscoveryServer(String host, int port, PeerSecurity security, BindableService service) {
        this.port = new ServicePort(host, port, security, List.of(service));
    }

    int port() {
        return port.port();
    }

    /** The port is free when it returns, within a few seconds. */
    @Override
    public void close() {
        port.close();
    }
}
