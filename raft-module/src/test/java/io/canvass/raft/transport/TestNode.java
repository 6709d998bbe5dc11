package io.canvass.raft.transport;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.BindableService;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A transport on a free port of this machine, and everything it was told. */
final class TestNode implements Transport.Listener, AutoCloseable {
    static final UUID CLUSTER = UUID.nameUUIDFromBytes("cluster".getBytes(StandardCharsets.UTF_8));
    static final String HOST = "127.0.0.1";
    static final InetAddress LOOPBACK = InetAddress.ofLiteral(HOST);

    /** Long enough for the slowest machine; no test waits for it to pass. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final GrpcTransport transport;
    final ReplicaKey key;
    final List<Transport.Inbound> received = new CopyOnWriteArrayList<>();
    final List<Lost> lost = new CopyOnWriteArrayList<>();
    private final boolean releasing;

    record Lost(ReplicaKey peer, Lane lane) {}

    private TestNode(TransportConfig config, List<BindableService> services, HostResolver resolver, boolean releasing) {
        this(config, GrpcTransport.open(config, services, resolver), releasing);
    }

    private TestNode(TransportConfig config, GrpcTransport transport, boolean releasing) {
        this.key = config.self();
        this.releasing = releasing;
        this.transport = transport;
        this.transport.start(this);
    }

    static TestNode start(String nodeId) {
        return start(config(nodeId, 0));
    }

    static TestNode start(TransportConfig config) {
        return new TestNode(config, List.of(), HostResolver.SYSTEM, true);
    }

    static TestNode start(String nodeId, HostResolver resolver) {
        return new TestNode(config(nodeId, 0), List.of(), resolver, true);
    }

    static TestNode start(TransportConfig config, List<BindableService> services) {
        return new TestNode(config, services, HostResolver.SYSTEM, true);
    }

    static TestNode start(String nodeId, List<BindableService> services) {
        return new TestNode(config(nodeId, 0), services, HostResolver.SYSTEM, true);
    }

    static TestNode start(String nodeId, PeerSecurity security, BindableService... services) {
        TransportConfig config = config(nodeId, 0);
        return new TestNode(config, GrpcTransport.open(config, List.of(services), security), true);
    }

    /** One that holds what it received until the test releases it. */
    static TestNode startSlow(String nodeId) {
        return new TestNode(config(nodeId, 0), List.of(), HostResolver.SYSTEM, false);
    }

    static TransportConfig config(String nodeId, int port) {
        return TransportConfig.of(CLUSTER, key(nodeId), HOST, port);
    }

    /** The same key for the same name: a node that restarts with its disk. */
    static ReplicaKey key(String nodeId) {
        return new ReplicaKey(nodeId, UUID.nameUUIDFromBytes(nodeId.getBytes(StandardCharsets.UTF_8)));
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5));
    }

    int port() {
        return transport.port();
    }

    Member member() {
        return new Member(key, HOST + ":" + port());
    }

    /** Dials these, and itself as the configuration names it too. */
    void dial(Member... members) {
        List<Member> all = new ArrayList<>(List.of(members));
        all.add(member());
        transport.connect(Configuration.ofVoters(all));
    }

    boolean isConnectedTo(String nodeId) {
        Transport.PeerConnection peer = transport.peers().get(nodeId);
        return peer != null && peer.connected();
    }

    /** Why that peer is not connected; empty if it is, or is none. */
    String detail(String nodeId) {
        Transport.PeerConnection peer = transport.peers().get(nodeId);
        return peer == null ? "" : peer.detail();
    }

    void awaitConnectedTo(TestNode peer) {
        await().until(() -> isConnectedTo(peer.key.nodeId()));
    }

    long refusals(RefusalReason reason) {
        return counter(transport.refusals(), reason);
    }

    long drops(DropReason reason) {
        return counter(transport.drops(), reason);
    }

    private static long counter(Map<String, Long> counters, Enum<?> reason) {
        return counters.getOrDefault(reason.name().toLowerCase(Locale.ROOT), 0L);
    }

    @Override
    public void received(Transport.Inbound inbound) {
        received.add(inbound);
        if (releasing) {
            inbound.release();
        }
    }

    @Override
    public void peerLost(ReplicaKey peer, Lane lane) {
        lost.add(new Lost(peer, lane));
    }

    @Override
    public void close() {
        transport.close();
    }
}
