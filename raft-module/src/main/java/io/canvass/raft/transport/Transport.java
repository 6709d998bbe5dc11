package io.canvass.raft.transport;

import java.util.Map;
import java.util.Optional;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;

/** Carries messages between replicas. It may lose, delay and repeat; it never alters, and never invents a sender. */
public interface Transport extends AutoCloseable {
    /** Starts to listen and to dial. Called once. */
    void start(Listener listener);

    /** Whom to dial from now on; connections to others are closed. */
    void connect(Configuration configuration);

    /**
     * Sends without blocking. A request goes on the stream that this replica dialled, a response on the one its
     * request came on. What cannot be sent now is dropped.
     */
    void send(ReplicaKey to, Lane lane, long correlation, Message message);

    /**
     * Whether a request to this member can go on this lane now. Lanes for control and data are dialled anyway; that
     * for snapshots only when this is called, again after a failure for as long as it goes on being called now and
     * then. A peer that refuses it, as one of an older version does, is asked again at long intervals only. From any
     * thread.
     */
    boolean prepare(ReplicaKey to, Lane lane);

    /** By node id: how each dialled peer is. */
    Map<String, PeerConnection> peers();

    /** Counters of what was refused at the peer port, by reason; they only grow. */
    Map<String, Long> refusals();

    @Override
    void close();

    /** Takes what arrives, on the transport's threads; must not block. */
    interface Listener {
        void received(Inbound inbound);

        /** A stream that this replica had dialled broke. */
        void peerLost(ReplicaKey peer, Lane lane);
    }

    /** One message, and the credit it holds: a stream delivers no more than a bounded number that are not released. */
    interface Inbound {
        ReplicaKey from();

        Lane lane();

        long correlation();

        Message message();

        /** To be called exactly once, when the message has been stepped. */
        void release();
    }

    /**
     * @param connected whether the lanes for control and data are up
     * @param sinceNanos {@link System#nanoTime} at which {@code connected} last changed
     * @param detail why it is down, for people; of one that is up, why it cannot be sent snapshots, else empty
     * @param seen who answered there last, if anybody did
     */
    record PeerConnection(
            ReplicaKey peer, String address, boolean connected, long sinceNanos, String detail, Optional<Seen> seen) {}

    /**
     * Who answered at a member's address. It need not be the member: with another directory id it is another replica of that node, and
     * nothing is sent to it.
     *
     * @param minVersion the lowest protocol version that it speaks
     * @param maxVersion the highest
     */
    record Seen(ReplicaKey replica, int minVersion, int maxVersion) {}
}
