package io.canvass.raft.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import io.canvass.proto.raft.v1.Frame;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer.ServerCallInfo;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which connections count as such that ended without a call. */
class CallWatchTest {
    private static final SocketAddress CALLER = new InetSocketAddress(TestNode.LOOPBACK, 4711);
    private static final Attributes CONNECTION =
            Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, CALLER).build();

    private final Refusals refusals = new Refusals();
    private final CallWatch calls = new CallWatch(refusals);

    private long counted() {
        return refusals.get(RefusalReason.NO_CALL);
    }

    @Test
    void aConnectionThatMadeACallIsNotCounted() {
        calls.greeted(CALLER);
        calls.calls().newServerStreamTracer("raft", new Metadata()).serverCallStarted(new Call());
        calls.gone(CALLER);
        assertThat(counted()).isZero();
    }

    @Test
    void aConnectionThatMadeNoneIsCountedOnce() {
        calls.greeted(CALLER);
        calls.gone(CALLER);
        calls.gone(CALLER);
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void aConnectionThatWasRefusedForItsFirstBytesIsNotCountedAgain() {
        calls.gone(CALLER);
        assertThat(counted()).isZero();
    }

    private static final class Call extends ServerCallInfo<Frame, Frame> {
        @Override
        public MethodDescriptor<Frame, Frame> getMethodDescriptor() {
            return FrameMarshaller.EXCHANGE;
        }

        @Override
        public Attributes getAttributes() {
            return CONNECTION;
        }

        @Override
        public String getAuthority() {
            return "n1";
        }
    }
}
