package io.canvass.raft.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.Lane;
import io.canvass.raft.core.RaftConfig;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

/** Bytes at the peer port that no peer sends, and that the node goes on regardless. */
class PeerPortAbuseTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private final TestNode node = TestNode.start(new TransportConfig(
            TestNode.CLUSTER,
            TestNode.key("n1"),
            TestNode.HOST,
            0,
            TransportConfig.MIN_MESSAGE_BYTES,
            TransportConfig.DEFAULT_CONNECT_TIMEOUT,
            TransportConfig.MIN_KEEP_ALIVE_INTERVAL,
            TransportConfig.DEFAULT_KEEP_ALIVE_TIMEOUT,
            RaftConfig.PRE_VOTE_VERSION));

    @AfterEach
    void stillServesOthers() {
        try (TestNode other = TestNode.start("n2")) {
            other.dial(node.member());
            other.awaitConnectedTo(node);
        } finally {
            node.close();
        }
    }

    private Socket connect() throws IOException {
        return new Socket(TestNode.LOOPBACK, node.port());
    }

    /** Returns once the other side has ended the connection; what it said before, HTTP/2 settings, is passed over. */
    private static void awaitEnd(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void garbageIsRefusedAtItsFirstBytes() throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(garbage, 0, 100);
            awaitEnd(socket);
        }
        await().until(() -> node.refusals(RefusalReason.NOT_HTTP2) == 1);
    }

    @Test
    void aRequestInHttp1IsRefused() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("PUT /v1/kv/a HTTP/1.1\r\nHost: n1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            awaitEnd(socket);
        }
        await().until(() -> node.refusals(RefusalReason.NOT_HTTP2) == 1);
    }

    @Test
    void garbageAfterAGoodPrefaceEndsTheConnectionOnly() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] garbage = new byte[64];
            java.util.Arrays.fill(garbage, (byte) 0x7f);
            socket.getOutputStream().write(garbage);
            awaitEnd(socket);
        }
        await().until(() -> node.refusals(RefusalReason.NO_CALL) == 1);
    }

    @Test
    void aFrameLargerThanAnyoneMaySendEndsTheConnectionAndIsCounted() throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // RFC 9113, section 4.1: SETTINGS, empty; then the header of a DATA frame of 16 MiB - 1.
            out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            out.write(new byte[] {-1, -1, -1, 0, 0, 0, 0, 0, 1});
            out.write(new byte[1024]);
            awaitEnd(socket);
        }
        await().until(() -> node.refusals(RefusalReason.NO_CALL) == 1);
    }

    @Test
    void aCallOfWhatIsNotServedIsCountedWhenItsConnectionEnds() {
        MethodDescriptor<Frame, Frame> unknown =
                FrameMarshaller.EXCHANGE.toBuilder().setFullMethodName("nobody.Home/Knock").build();
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(TestNode.HOST, node.port()).usePlaintext().build();
        channel.newCall(unknown, CallOptions.DEFAULT).start(new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
                channel.shutdownNow();
            }
        }, new Metadata());
        await().until(() -> node.refusals(RefusalReason.NO_CALL) == 1);
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws IOException {
        try (Socket socket = connect()) {
            awaitEnd(socket);
        }
        assertThat(node.refusals(RefusalReason.SILENT_CONNECTION)).isEqualTo(1);
    }

    @Test
    void aFloodOfConnectionsIsBounded() throws IOException {
        List<Socket> flood = new ArrayList<>();
        try {
            for (int i = 0; i < ConnectionGate.MAX_CONNECTIONS + 20; i++) {
                flood.add(connect());
            }
            await().until(() -> node.refusals(RefusalReason.TOO_MANY_CONNECTIONS) > 0);
        } finally {
            for (Socket socket : flood) {
                socket.close();
            }
        }
    }

    @Test
    void aFloodOfStreamsIsBounded() {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(TestNode.HOST, node.port()).usePlaintext().build();
        try {
            for (int i = 0; i <= InboundStreams.MAX_STREAMS; i++) {
                ClientCall<Frame, Frame> call = channel.newCall(FrameMarshaller.EXCHANGE, CallOptions.DEFAULT);
                call.start(new ClientCall.Listener<>() {}, new Metadata());
            }
            await().until(() -> node.refusals(RefusalReason.TOO_MANY_STREAMS) > 0);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void anOversizedMessageIsRefusedAndCounted() {
        try (RawPeer peer = RawPeer.greeted(node, "n3", Lane.DATA)) {
            peer.send(MessageCodec.encode(1, Messages.append(node.key, TransportConfig.MIN_MESSAGE_BYTES)));
            assertThat(peer.end().getCode()).isNotEqualTo(Status.Code.OK);
            await().until(() -> node.refusals(RefusalReason.OVERSIZED_MESSAGE) == 1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void aPartOfASnapshotBeyondTheLargestMessageIsRefusedAndCounted() {
        try (RawPeer peer = RawPeer.greeted(node, "n3", Lane.SNAPSHOT)) {
            peer.send(MessageCodec.encode(1, Messages.snapshot(node.key, TransportConfig.MIN_MESSAGE_BYTES)));
            assertThat(peer.end().getCode()).isNotEqualTo(Status.Code.OK);
            await().until(() -> node.refusals(RefusalReason.OVERSIZED_MESSAGE) == 1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void bytesThatAreNoProtobufAreRefusedAsAMalformedFrame() {
        MethodDescriptor<String, Frame> text = FrameMarshaller.EXCHANGE.toBuilder(
                        new TextMarshaller(), new FrameMarshaller())
                .build();
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(TestNode.HOST, node.port()).usePlaintext().build();
        try {
            ClientCall<String, Frame> call = channel.newCall(text, CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {}, new Metadata());
            call.sendMessage("no frame at all");
            await().until(() -> node.refusals(RefusalReason.MALFORMED_FRAME) == 1);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aRequestToAnAdditionalServiceThatIsNoProtobufIsRefusedAndCountedAndItsStreamIsOver() {
        MethodDescriptor<Frame, Frame> method = MethodDescriptor.<Frame, Frame>newBuilder(
                        ProtoUtils.marshaller(Frame.getDefaultInstance()), ProtoUtils.marshaller(Frame.getDefaultInstance()))
                .setFullMethodName("test.Sink/Pour")
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .build();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        BindableService sink = () -> ServerServiceDefinition.builder("test.Sink")
                .addMethod(method, ServerCalls.<Frame, Frame>asyncBidiStreamingCall(answers -> new Sink(told)))
                .build();
        try (TestNode served = TestNode.start("n4", List.of(sink))) {
            ManagedChannel channel =
                    NettyChannelBuilder.forAddress(TestNode.HOST, served.port()).usePlaintext().build();
            CompletableFuture<Status> end = new CompletableFuture<>();
            try {
                ClientCall<String, Frame> call = channel.newCall(
                        method.toBuilder(new TextMarshaller(), new FrameMarshaller()).build(), CallOptions.DEFAULT);
                call.start(new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                }, new Metadata());
                call.sendMessage("");
                call.sendMessage("no frame at all");
                call.sendMessage("no frame either");
                await().until(end::isDone);
                assertThat(end.join().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(served.refusals(RefusalReason.MALFORMED_FRAME)).isEqualTo(1);
                assertThat(Status.fromThrowable(told.join()).getCode()).isEqualTo(Status.Code.CANCELLED);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** Answers nothing. */
    private record Sink(CompletableFuture<Throwable> told) implements StreamObserver<Frame> {
        @Override
        public void onNext(Frame frame) {
            assertThat(frame).isEqualTo(Frame.getDefaultInstance());
        }

        @Override
        public void onError(Throwable failure) {
            told.complete(failure);
        }

        @Override
        public void onCompleted() {
            told.completeExceptionally(new AssertionError("A broken stream was taken for a whole one"));
        }
    }

    private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {
        @Override
        public java.io.InputStream stream(String value) {
            return new java.io.ByteArrayInputStream(value.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public String parse(java.io.InputStream stream) {
            throw new UnsupportedOperationException("Only sent, never read");
        }
    }
}
