package io.canvass.kv.cluster;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.raft.core.Bytes;

/** Hands writes to leaders: one stream per peer, dialled when first needed and again after it broke. Thread-safe. */
final class ForwardClient implements AutoCloseable {
    private final PeerAccess peers;
    private final ByteString clusterId;
    private final Bounds bounds;
    private final Delays delays;
    private final ConcurrentHashMap<String, ForwardStream> streams = new ConcurrentHashMap<>();

    /**
     * Per peer.
     *
     * @param maxInFlight requests, those that wait for the connection included
     * @param maxInFlightBytes the same in bytes of commands
     */
    record Bounds(int maxInFlight, long maxInFlightBytes) {}

    ForwardClient(PeerAccess peers, UUID clusterId, Bounds bounds, Delays delays) {
        this.peers = peers;
        this.clusterId = UnsafeByteOperations.unsafeWrap(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(clusterId.getMostSignificantBits())
                .putLong(clusterId.getLeastSignificantBits())
                .array());
        this.bounds = bounds;
        this.delays = delays;
    }

    /**
     * The write is of the request that the calling thread works for.
     *
     * @param deadlineNanos by the clock of {@link Delays}; whoever calls withdraws the call then
     */
    ForwardCall send(String leaderId, Bytes command, long deadlineNanos) {
        return send(leaderId, command, deadlineNanos, "");
    }

    /** @param traceparent of the span in which it is handed over; empty where nothing is traced */
    ForwardCall send(String leaderId, Bytes command, long deadlineNanos, String traceparent) {
        return streams
                .computeIfAbsent(leaderId, id -> new ForwardStream(id, peers, clusterId, bounds, delays))
                .send(command, deadlineNanos, traceparent);
    }

    /** How many requests have left for this peer and are not answered. */
    int sentTo(String leaderId) {
        return Optional.ofNullable(streams.get(leaderId)).map(ForwardStream::sent).orElse(0);
    }

    /** Whether a stream to this peer is dialled, and not known to be broken. */
    boolean isDialled(String leaderId) {
        return Optional.ofNullable(streams.get(leaderId)).map(ForwardStream::isDialled).orElse(false);
    }

    @Override
    public void close() {
        streams.values().forEach(ForwardStream::close);
    }
}
