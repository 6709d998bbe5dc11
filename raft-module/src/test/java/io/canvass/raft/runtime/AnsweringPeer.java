package io.canvass.raft.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.Hello;
import io.canvass.proto.raft.v1.HelloAck;
import io.canvass.proto.raft.v1.PeerGrpc;
import io.canvass.proto.raft.v1.ReplicaKey;
import io.canvass.proto.raft.v1.VoteRequest;
import io.canvass.proto.raft.v1.VoteResponse;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;

/** A peer that greets as it should and answers a pre-vote as the test wants; of all else it is silent. */
final class AnsweringPeer extends PeerGrpc.PeerImplBase implements AutoCloseable {
    /** @see #answer */
    interface Answer {
        /** @throws StatusRuntimeException if the call is to fail instead */
        VoteResponse.Builder to(VoteRequest request);
    }

    private final ReplicaKey key;
    private final Server server;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Answer answer;

    AnsweringPeer(String nodeId, int port, Answer answer) {
        UUID directory = UUID.randomUUID();
        byte[] directoryId = ByteBuffer.allocate(16)
                .putLong(directory.getMostSignificantBits())
                .putLong(directory.getLeastSignificantBits())
                .array();
        this.key = ReplicaKey.newBuilder()
                .setNodeId(nodeId)
                .setDirectoryId(ByteString.copyFrom(directoryId))
                .build();
        this.answer = answer;
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(this)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on. */
    void answer(Answer other) {
        answer = other;
    }

    /** How many pre-votes it was asked for. */
    int asked() {
        return asked.get();
    }

    @Override
    public StreamObserver<Frame> exchange(StreamObserver<Frame> out) {
        return new StreamObserver<>() {
            @Override
            public void onNext(Frame frame) {
                if (frame.hasHello()) {
                    out.onNext(greeting(frame.getHello()));
                } else if (frame.hasVoteRequest() && frame.getVoteRequest().getPreVote()) {
                    asked.incrementAndGet();
                    reply(frame, out);
                }
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {}
        };
    }

    private Frame greeting(Hello hello) {
        return Frame.newBuilder()
                .setHelloAck(HelloAck.newBuilder().setFrom(key).setSession(hello.getSession()).setMaxVersion(1))
                .build();
    }

    private void reply(Frame frame, StreamObserver<Frame> out) {
        try {
            out.onNext(Frame.newBuilder()
                    .setCorrelation(frame.getCorrelation())
                    .setVoteResponse(answer.to(frame.getVoteRequest()))
                    .build());
        } catch (StatusRuntimeException e) {
            out.onError(e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
