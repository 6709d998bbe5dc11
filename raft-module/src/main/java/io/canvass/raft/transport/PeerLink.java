package io.canvass.raft.transport;

import java.time.Duration;
import java.util.Optional;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer that is dialled: a link per lane, that for snapshots only where it is needed, the channel for additional
 * services, and how it is. Safe for any thread.
 */
final class PeerLink implements LaneLink.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    /** A peer that comes and goes says so no more often than this. */
    private static final Duration CHANGE_LOG_INTERVAL = Duration.ofSeconds(5);

    private static final Duration UNREACHABLE_LOG_INTERVAL = Duration.ofMinutes(1);

    private final PeerContext context;
    private final PeerAddress address;
    private final LaneLink control;
    private final LaneLink data;
    private final LaneLink snapshot;
    private final LogLimiter changes = new LogLimiter(CHANGE_LOG_INTERVAL);
    private final LogLimiter failures = new LogLimiter(UNREACHABLE_LOG_INTERVAL);

    // Guarded by this.
    private ReplicaKey peer;
    private String controlDetail = "Not dialled yet";
    private String dataDetail = "Not dialled yet";
    private String snapshotDetail = "";
    private boolean connected;
    private long sinceNanos = System.nanoTime();
    private boolean closed;
    private @Nullable ManagedChannel services;
    private Transport.@Nullable Seen seen;

    /** @param peer its directory id may be unassigned */
    PeerLink(PeerContext context, ReplicaKey peer, PeerAddress address) {
        this.context = context;
        this.peer = peer;
        this.address = address;
        control = new LaneLink(context, address, Lane.CONTROL, peer, this);
        data = new LaneLink(context, address, Lane.DATA, peer, this);
        snapshot = new LaneLink(context, address, Lane.SNAPSHOT, peer, this);
    }

    /** Dials the lanes that are always there. */
    void open() {
        control.open();
        data.open();
    }

    LaneLink lane(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case DATA -> data;
            case SNAPSHOT -> snapshot;
        };
    }

    void send(Lane lane, long correlation, Message.Request request) {
        lane(lane).send(correlation, request);
    }

    /** Whether a request can go on this lane now; one that is not dialled is dialled. */
    boolean prepare(Lane lane) {
        return lane(lane).prepare();
    }

    /** Whether this link serves a member so configured; then it goes on as that member's. */
    boolean takesOver(ReplicaKey key, PeerAddress where) {
        synchronized (this) {
            if (!where.equals(address) || !key.matches(peer)) {
                return false;
            }
            if (!key.directoryId().equals(ReplicaKey.UNASSIGNED)) {
                peer = key;
            }
        }
        control.expect(key);
        data.expect(key);
        snapshot.expect(key);
        return true;
    }

    /** Made when it is first asked for. */
    synchronized Channel serviceChannel() {
        if (closed) {
            throw new TransportException(peer.nodeId() + " is no longer dialled; nothing was sent to it.");
        }
        ManagedChannel made = services;
        if (made == null) {
            made = context.channels().forServices(peer.nodeId(), address);
            services = made;
        }
        return made;
    }

    @Override
    public synchronized void met(Transport.Seen other) {
        seen = other;
    }

    @Override
    public void up(Lane lane, Transport.Seen answered) {
        ManagedChannel waiting;
        synchronized (this) {
            peer = answered.replica();
            seen = answered;
            setDetail(lane, "");
            update("");
            waiting = services;
        }
        if (waiting != null) {
            // Its own waits grow to minutes; the peer is there now.
            waiting.resetConnectBackoff();
        }
    }

    @Override
    public synchronized void down(Lane lane, String why) {
        if (lane != Lane.SNAPSHOT) {
            setDetail(lane, why);
        }
        update(why);
    }

    @Override
    public synchronized void unreached(Lane lane, String why) {
        setDetail(lane, why);
        failures.tryPass()
                .ifPresent(heldBack ->
                        LOG.info("{} at {} is not reached on lane {}: {}", peer.nodeId(), address, lane, why));
    }

    private void setDetail(Lane lane, String detail) {
        switch (lane) {
            case CONTROL -> controlDetail = detail;
            case DATA -> dataDetail = detail;
            case SNAPSHOT -> snapshotDetail = detail;
        }
    }

    private void update(String why) {
        boolean now = control.isUp() && data.isUp();
        if (now == connected) {
            return;
        }
        connected = now;
        sinceNanos = System.nanoTime();
        changes.tryPass()
                .ifPresent(heldBack -> LOG.info(
                        "{} at {} is {}{} ({} more changes since the last such line)",
                        peer,
                        address,
                        now ? "connected" : "disconnected: ",
                        why,
                        heldBack));
    }

    synchronized Transport.PeerConnection status() {
        // Not only what was noted: who has been told that a peer is lost must not find it connected.
        boolean now = connected && control.isUp() && data.isUp();
        String detail = controlDetail.isEmpty() ? dataDetail : controlDetail;
        if (now) {
            detail = snapshotDetail.isEmpty() ? "" : "No snapshots: " + snapshotDetail;
        }
        return new Transport.PeerConnection(peer, address.toString(), now, sinceNanos, detail, Optional.ofNullable(seen));
    }

    void close(String why) {
        shutServices();
        control.close(why);
        data.close(why);
        snapshot.close(why);
    }

    /** On the dial loop. */
    void closeNow(String why) {
        shutServices();
        control.closeNow(why);
        data.closeNow(why);
        snapshot.closeNow(why);
    }

    private void shutServices() {
        ManagedChannel made;
        synchronized (this) {
            closed = true;
            made = services;
        }
        if (made != null) {
            made.shutdownNow();
        }
    }
}
