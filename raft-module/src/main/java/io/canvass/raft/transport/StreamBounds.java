package io.canvass.raft.transport;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;

/** How much may wait to be sent on a stream; beyond it messages are dropped, never queued (HAZARDS F11). */
final class StreamBounds {
    /** Control messages are small, and one that waited long is worth nothing. */
    static final int CONTROL_QUEUE_BYTES = 256 << 10;

    static final int DATA_QUEUE_BYTES = 32 << 20;

    /** More than a sender of snapshots has under way by itself, so that it never meets this bound. */
    static final int SNAPSHOT_QUEUE_BYTES = 8 << 20;

    /** Responses are small on all lanes. */
    static final int RESPONSE_QUEUE_BYTES = 1 << 20;

    /**
     * What a sender may have on its way unread, per stream and per connection (HTTP/2). Fixed, since gRPC pings for
     * every message where it is to find the best value itself.
     */
    static final int WINDOW_BYTES = 4 << 20;

    private StreamBounds() {}

    /** Bytes of requests that may be queued; the last message may go beyond it. */
    static int requestQueueBytes(Lane lane) {
        return switch (lane) {
            case CONTROL -> CONTROL_QUEUE_BYTES;
            case DATA -> DATA_QUEUE_BYTES;
            case SNAPSHOT -> SNAPSHOT_QUEUE_BYTES;
        };
    }

    /** Bytes delivered and not released, after which nothing more is read; the last message may go beyond it. */
    static long unreleasedBytes(Lane lane) {
        return switch (lane) {
            case CONTROL, DATA -> InboundCredit.MAX_UNRELEASED_BYTES;
            case SNAPSHOT -> SNAPSHOT_QUEUE_BYTES;
        };
    }

    /**
     * Whether messages of this kind go on this lane: nothing big beside what is urgent, and nothing else beside a
     * snapshot.
     */
    static boolean carries(Lane lane, Message message) {
        return switch (message) {
            case Message.SnapshotRequest m -> lane == Lane.SNAPSHOT;
            case Message.SnapshotResponse m -> lane == Lane.SNAPSHOT;
            case Message.VoteRequest m -> lane != Lane.SNAPSHOT;
            case Message.VoteResponse m -> lane != Lane.SNAPSHOT;
            case Message.AppendRequest m -> lane != Lane.SNAPSHOT;
            case Message.AppendResponse m -> lane != Lane.SNAPSHOT;
            case Message.ResigningRequest m -> lane != Lane.SNAPSHOT;
            case Message.ResigningResponse m -> lane != Lane.SNAPSHOT;
            case Message.TransferRequest m -> lane != Lane.SNAPSHOT;
            case Message.TransferResponse m -> lane != Lane.SNAPSHOT;
            case Message.ReadIndexRequest m -> lane != Lane.SNAPSHOT;
            case Message.ReadIndexResponse m -> lane != Lane.SNAPSHOT;
        };
    }
}
