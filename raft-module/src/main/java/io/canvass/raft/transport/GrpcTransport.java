package io.canvass.raft.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerServiceDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Peers over gRPC. To each member it keeps two streams, and a third while it is sent a snapshot, each on a TCP
 * connection of its own, so that neither an append of many megabytes nor a snapshot ever holds up a heartbeat (HAZARDS
 * B13, G4). Broken streams are dialled again after 50 ms to 1 s, their names looked up anew. Everything that waits has
 * a deadline, everything that queues a bound (HAZARDS F11).
 *
 * <p>Safe for any thread; {@link #send} is meant for one. {@link Transport.Listener} is called on the transport's own
 * threads, in order for each stream; {@link Transport.Listener#peerLost} comes once for a stream that was up, after
 * all it brought and before anything of its successor. A response is delivered only if it answers, for the first
 * time, a request sent on the same stream (HAZARDS D9, H8).
 */
public final class GrpcTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcTransport.class);

    /** For each of the few things that {@link #close} waits for. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final TransportConfig config;
    private final List<BindableService> services;
    private final HostResolver hostResolver;
    private final PeerSecurity security;
    private final AtomicReference<Set<String>> members = new AtomicReference<>(Set.of());
    private final Refusals refusals = new Refusals();
    private final Counters<DropReason> drops = new Counters<>(DropReason.class);
    private final AtomicReference<@Nullable Running> running = new AtomicReference<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What exists from start to close. */
    private record Running(
            GatedListener listener,
            DialLoop loop,
            AsyncResolver resolver,
            EventLoops eventLoops,
            PeerServer server,
            InboundStreams inbound,
            Dialler dialler) {}

    private GrpcTransport(
            TransportConfig config, List<BindableService> services, HostResolver hostResolver, PeerSecurity security) {
        this.security = security;
        this.config = config;
        this.services = List.copyOf(services);
        this.hostResolver = hostResolver;
    }

    /** A transport for peers alone; neither listens nor dials before {@link #start}. */
    public static GrpcTransport open(TransportConfig config) {
        return open(config, List.of());
    }

    /**
     * @param services served on the peer port too, for {@link #channelTo} of other members; called on the transport's
     *     threads, so they must not block
     */
    public static GrpcTransport open(TransportConfig config, List<BindableService> services) {
        return open(config, services, PeerSecurity.plain());
    }

    /** @param security of all connections, those of additional services included */
    public static GrpcTransport open(TransportConfig config, List<BindableService> services, PeerSecurity security) {
        return new GrpcTransport(config, services, HostResolver.SYSTEM, security);
    }

    static GrpcTransport open(TransportConfig config, List<BindableService> services, HostResolver hostResolver) {
        return new GrpcTransport(config, services, hostResolver, PeerSecurity.plain());
    }

    /**
     * @throws TransportException if the address cannot be listened on; the transport is closed then
     * @throws IllegalStateException if it was started before, or closed
     */
    @Override
    public void start(Listener listener) {
        if (started.getAndSet(true) || closed.get()) {
            throw new IllegalStateException("A transport is started once, and not after it was closed");
        }
        if (HostResolver.isPinnedForEver()) {
            LOG.warn("This JVM keeps a resolved name for ever (networkaddress.cache.ttl): a member that gets a new"
                    + " address under its old name will not be found. Set the property to a few seconds.");
        }
        Running parts = assemble(new GatedListener(listener));
        running.set(parts);
        try {
            parts.server().start();
        } catch (TransportException e) {
            close();
            throw e;
        }
        LOG.info("{} listens for peers on {}, port {}", config.self(), config.bindHost(), parts.server().port());
    }

    private Running assemble(GatedListener listener) {
        String name = "canvass-peer-" + config.self().nodeId();
        EventLoops eventLoops = new EventLoops(name);
        DialLoop loop = new DialLoop(name + "-dial");
        AsyncResolver resolver = new AsyncResolver(hostResolver, name + "-dns");
        Greeter greeter = new Greeter(config);
        InboundTls tls = new InboundTls(security, refusals, config.connectTimeout().toNanos());
        InboundStreams inbound = new InboundStreams(
                greeter, listener, tls, refusals, drops, loop, config.connectTimeout().toNanos());
        PeerContext context = new PeerContext(
                config,
                greeter,
                listener,
                refusals,
                drops,
                loop,
                resolver,
                new PeerChannels(config, eventLoops, resolver.threads(), security),
                new AtomicLong());
        PeerServer server = new PeerServer(config.listening(), eventLoops, refusals, tls, served(inbound, tls));
        return new Running(listener, loop, resolver, eventLoops, server, inbound, new Dialler(context));
    }

    private List<ServerServiceDefinition> served(InboundStreams inbound, InboundTls tls) {
        CallerCheck anyNode = new CallerCheck(tls, refusals, Optional.empty());
        CallerCheck onlyMembers = new CallerCheck(tls, refusals, Optional.of(members::get));
        List<ServerServiceDefinition> served = new ArrayList<>(List.of(inbound.service()));
        for (BindableService service : services) {
            CallerCheck callers = service instanceof ServedToStrangers ? anyNode : onlyMembers;
            served.add(PeerServer.guarded(service, callers, refusals));
        }
        return served;
    }

    /** The port that is listened on. */
    public int port() {
        return parts().server().port();
    }

    /**
     * A member whose address is not {@code host:port} is not dialled; {@link #peers} says so. Does nothing once closed.
     *
     * @throws IllegalStateException if it was not started
     */
    @Override
    public void connect(Configuration configuration) {
        if (!closed.get()) {
            members.set(configuration.members().stream()
                    .map(member -> member.key().nodeId())
                    .collect(Collectors.toUnmodifiableSet()));
            parts().dialler().connect(configuration);
        }
    }

    @Override
    public void send(ReplicaKey to, Lane lane, long correlation, Message message) {
        Running parts = running.get();
        if (parts == null) {
            drops.count(DropReason.NOT_CONNECTED);
            return;
        }
        switch (message) {
            case Message.Request request -> parts.dialler().send(to.nodeId(), lane, correlation, request);
            case Message.Response response -> parts.inbound().send(to.nodeId(), lane, correlation, response);
        }
    }

    @Override
    public boolean prepare(ReplicaKey to, Lane lane) {
        Running parts = running.get();
        return parts != null && parts.dialler().prepare(to.nodeId(), lane);
    }

    /**
     * A channel of its own to a member, for additional services; made when first asked for. It connects when it is
     * used, and ends when the member leaves or changes its address: ask again rather than keep it. Callbacks come on
     * the transport's threads and must not block.
     *
     * @throws TransportException if this replica dials no such member
     */
    public Channel channelTo(String nodeId) {
        return parts().dialler().channelTo(nodeId);
    }

    @Override
    public Map<String, PeerConnection> peers() {
        Running parts = running.get();
        return parts == null ? Map.of() : parts.dialler().peers();
    }

    @Override
    public Map<String, Long> refusals() {
        return refusals.snapshot();
    }

    /** Counters of messages that were not sent, by reason; they only grow. */
    public Map<String, Long> drops() {
        return drops.snapshot();
    }

    private Running parts() {
        Running parts = running.get();
        if (parts == null) {
            throw new IllegalStateException("The transport is not started, or closed");
        }
        return parts;
    }

    /** Takes a few seconds at most. The listener is told nothing any more; all threads end. */
    @Override
    public void close() {
        closed.set(true);
        Running parts = running.getAndSet(null);
        if (parts == null) {
            return;
        }
        long timeoutNanos = CLOSE_TIMEOUT.toNanos();
        parts.listener().shut();
        parts.loop().close(parts.dialler()::closeNow, timeoutNanos);
        parts.server().close(timeoutNanos);
        parts.resolver().close();
        parts.eventLoops().close(timeoutNanos);
    }
}
