package io.canvass.raft.transport;

import io.canvass.raft.core.Lane;

/** How much may wait to be sent on a stream; beyond it messages are dropped, never queued (HAZARDS F11). */
final class StreamBounds {
    /** Control messages are small, and one that waited long is worth nothing. */
    static final int CONTROL_QUEUE_BYTES = 256 << 10;

    static final int DATA_QUEUE_BYTES = 32 << 20;

    /** Responses are small on both lanes. */
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
            case SNAPSHOT -> throw new UnsupportedOperationException("no snapshots yet");
        };
    }
}
