package io.canvass.raft.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.Hello;
import io.canvass.proto.raft.v1.Lane;
import io.canvass.proto.raft.v1.PeerGrpc;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;

import static io.canvass.raft.transport.TestNode.await;

/** A dialler that says exactly what a test wants said. */
final class RawPeer implements StreamObserver<Frame>, AutoCloseable {
    final List<Frame> received = new CopyOnWriteArrayList<>();
    private final AtomicReference<Status> end = new AtomicReference<>();
    private final ManagedChannel channel;
    private final StreamObserver<Frame> out;

    private RawPeer(int port) {
        channel = NettyChannelBuilder.forAddress(TestNode.HOST, port).usePlaintext().build();
        out = PeerGrpc.newStub(channel).exchange(this);
    }

    static RawPeer dial(TestNode node) {
        return new RawPeer(node.port());
    }

    /** One whose greeting was accepted. */
    static RawPeer greeted(TestNode node, String nodeId, Lane lane) {
        RawPeer peer = dial(node).send(frame(hello(node, nodeId).setLane(lane)));
        await().until(() -> !peer.received.isEmpty());
        return peer;
    }

    /** A good greeting of that node, to be spoiled. */
    static Hello.Builder hello(TestNode to, String fromNodeId) {
        return Hello.newBuilder()
                .setClusterId(WireValues.uuid(TestNode.CLUSTER))
                .setFrom(WireValues.key(TestNode.key(fromNodeId)))
                .setTo(WireValues.key(ReplicaKey.ofNode(to.key.nodeId())))
                .setLane(Lane.CONTROL)
                .setSession(1)
                .setMaxVersion(1);
    }

    static Frame frame(Hello.Builder hello) {
        return Frame.newBuilder().setHello(hello).build();
    }

    RawPeer send(Frame frame) {
        out.onNext(frame);
        return this;
    }

    /** Waits for the node to end the stream. */
    Status end() {
        await().until(() -> end.get() != null);
        return end.get();
    }

    boolean isOpen() {
        return end.get() == null;
    }

    @Override
    public void onNext(Frame frame) {
        received.add(frame);
    }

    @Override
    public void onError(Throwable cause) {
        end.set(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
        end.set(Status.OK);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
