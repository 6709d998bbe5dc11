package io.canvass.raft.transport;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.raft.core.Message;

/**
 * The core's messages and the frames of {@code raft/v1/peer.proto}. The arrays of entries' data are shared in both
 * directions, so one entry sent to several peers is copied only into their sockets' buffers.
 */
final class MessageCodec {
    private MessageCodec() {}

    /** @throws IllegalArgumentException if an entry's index is not the one that its place says */
    static Frame encode(long correlation, Message message) {
        Frame.Builder frame = Frame.newBuilder().setCorrelation(correlation);
        MessageEncoder.put(frame, message);
        return frame.build();
    }

    /** @throws MalformedFrameException if it is not a message in form; nothing is said of its meaning */
    static Message decode(Frame frame) throws MalformedFrameException {
        WireValues.natural(frame.getCorrelation(), "correlation");
        return MessageDecoder.message(frame);
    }
}
