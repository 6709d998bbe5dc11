package io.canvass.raft.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.HelloAck;
import io.canvass.proto.raft.v1.Lane;
import io.canvass.proto.raft.v1.PeerGrpc;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import static io.canvass.raft.transport.TestNode.await;

/** A peer that is dialled and answers exactly what a test wants answered. */
final class FakePeer extends PeerGrpc.PeerImplBase implements AutoCloseable {
    final List<Stream> streams = new CopyOnWriteArrayList<>();
    final List<SocketAddress> remoteAddresses = new CopyOnWriteArrayList<>();
    private final ReplicaKey key;
    private final BinaryOperator<Frame> answer;
    private final Server server;

    /** @param answer from the right answer to a greeting to the one that is given; an empty frame for none */
    FakePeer(String nodeId, UnaryOperator<Frame> answer) {
        this(nodeId, (hello, ack) -> answer.apply(ack));
    }

    /** @param answer from a greeting and the right answer to it to the one that is given */
    private FakePeer(String nodeId, BinaryOperator<Frame> answer) {
        this.key = TestNode.key(nodeId);
        this.answer = answer;
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(TestNode.LOOPBACK, 0))
                .addService(this)
                .intercept(new AddressRecorder())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FakePeer sound(String nodeId) {
        return new FakePeer(nodeId, UnaryOperator.identity());
    }

    /** One of a version that knows no lane for snapshots: it refuses the greeting and ends the stream. */
    static FakePeer withoutSnapshots(String nodeId) {
        return new FakePeer(nodeId, (hello, ack) -> {
            if (hello.getHello().getLane() != Lane.SNAPSHOT) {
                return ack;
            }
            return Frame.newBuilder()
                    .setHelloAck(ack.getHelloAck().toBuilder().setRefusal(HelloAck.Refusal.INVALID_REQUEST))
                    .build();
        });
    }

    Member member() {
        return new Member(key, TestNode.HOST + ":" + server.getPort());
    }

    /** The newest stream of that lane, once there are so many. */
    Stream stream(Lane lane, int count) {
        await().until(() -> ofLane(lane).size() >= count);
        return ofLane(lane).get(count - 1);
    }

    List<Stream> ofLane(Lane lane) {
        return streams.stream().filter(stream -> stream.hello.getHello().getLane() == lane).toList();
    }

    @Override
    public StreamObserver<Frame> exchange(StreamObserver<Frame> out) {
        return new Stream((ServerCallStreamObserver<Frame>) out);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class AddressRecorder implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            remoteAddresses.add(Objects.requireNonNull(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
            return next.startCall(call, headers);
        }
    }

    /** One stream; after its greeting it reads nothing until told to. */
    final class Stream implements StreamObserver<Frame> {
        final List<Frame> received = new CopyOnWriteArrayList<>();
        volatile boolean ended;
        private final ServerCallStreamObserver<Frame> out;
        private volatile Frame hello = Frame.getDefaultInstance();

        Stream(ServerCallStreamObserver<Frame> out) {
            this.out = out;
            out.disableAutoRequest();
            out.request(1);
        }

        Frame hello() {
            return hello;
        }

        Stream read(int count) {
            out.request(count);
            return this;
        }

        synchronized void respond(long correlation, Message message) {
            out.onNext(MessageCodec.encode(correlation, message));
        }

        synchronized void send(Frame frame) {
            out.onNext(frame);
        }

        synchronized void breakOff() {
            out.onError(Status.UNAVAILABLE.withDescription("The test breaks it").asRuntimeException());
        }

        @Override
        public void onNext(Frame frame) {
            if (!frame.hasHello()) {
                received.add(frame);
                return;
            }
            hello = frame;
            Frame reply = answer.apply(frame, Frame.newBuilder()
                    .setHelloAck(HelloAck.newBuilder()
                            .setFrom(WireValues.key(key))
                            .setSession(frame.getHello().getSession())
                            .setMaxVersion(1))
                    .build());
            if (!reply.equals(Frame.getDefaultInstance())) {
                send(reply);
            }
            streams.add(this);
        }

        @Override
        public void onError(Throwable cause) {
            ended = true;
        }

        @Override
        public void onCompleted() {
            ended = true;
        }
    }
}
