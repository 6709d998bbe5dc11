package io.canvass.raft.transport;

import java.io.InputStream;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.PeerGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;

/**
 * Reads bytes that are no frame as a frame without a body, which is malformed too: so a stream refuses and counts
 * both the same way, where gRPC would throw on its own thread.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<Frame> {
    /** The one method of the peer service. */
    static final MethodDescriptor<Frame, Frame> EXCHANGE =
            PeerGrpc.getExchangeMethod().toBuilder(new FrameMarshaller(), new FrameMarshaller()).build();

    private final MethodDescriptor.Marshaller<Frame> protobuf = ProtoUtils.marshaller(Frame.getDefaultInstance());

    @Override
    public InputStream stream(Frame value) {
        return protobuf.stream(value);
    }

    @Override
    public Frame parse(InputStream stream) {
        try {
            return protobuf.parse(stream);
        } catch (StatusRuntimeException e) {
            return Frame.getDefaultInstance();
        }
    }
}
