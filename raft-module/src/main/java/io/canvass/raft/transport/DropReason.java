package io.canvass.raft.transport;

/** Why a message was not sent. The lower-case name is what {@link GrpcTransport#drops} counts under. */
enum DropReason {
    /** No stream, or one whose greeting is not answered yet. */
    NOT_CONNECTED,
    /** More is queued to this peer than its lane may hold (HAZARDS F11). */
    QUEUE_FULL,
    /** Larger than the largest message allowed; the receiver would break the stream over it. */
    TOO_LARGE
}
