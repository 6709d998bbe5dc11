package io.canvass.kv.members;

import java.util.Optional;
import java.util.function.Supplier;

import io.canvass.proto.kv.v1.DiscoverReply;
import io.canvass.proto.kv.v1.DiscoverRequest;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.proto.kv.v1.MembersGrpc;
import io.canvass.raft.transport.PeerCaller;
import io.canvass.raft.transport.ServedToStrangers;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what other nodes ask about members, from memory: it is called on threads that must not wait. */
public final class MembersService extends MembersGrpc.MembersImplBase implements ServedToStrangers {
    private static final Logger LOG = LoggerFactory.getLogger(MembersService.class);

    private volatile Optional<Node> node = Optional.empty();

    /** The node that answers. Thread-safe; nothing here blocks. */
    interface Node {
        NodeStanding standing();

        /** Another node said this of itself. */
        void heard(NodeStanding other);

        /** @throws IllegalArgumentException if the request cannot be; the message says why */
        JoinReply join(JoinRequest request);
    }

    /** Called once, when the node is there. The port is open before: until then whoever asks is to ask again. */
    void attach(Node attached) {
        node = Optional.of(attached);
    }

    @Override
    public void discover(DiscoverRequest request, StreamObserver<DiscoverReply> responses) {
        answer(responses, () -> {
            Node answering = answering();
            if (request.hasFrom()) {
                NodeStanding from = Standings.decode(request.getFrom());
                requireCaller(from.nodeId());
                answering.heard(from);
            }
            return DiscoverReply.newBuilder()
                    .setStanding(Standings.encode(answering.standing()))
                    .build();
        });
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinReply> responses) {
        answer(responses, () -> {
            requireCaller(request.getNodeId());
            return answering().join(request);
        });
    }

    private static void requireCaller(String nodeId) {
        PeerCaller.current().objection(nodeId).ifPresent(why -> {
            throw Status.PERMISSION_DENIED.withDescription(why).asRuntimeException();
        });
    }

    private Node answering() {
        return node.orElseThrow(
                () -> Status.UNAVAILABLE.withDescription("this node starts; ask again").asRuntimeException());
    }

    private static <T> void answer(StreamObserver<T> responses, Supplier<T> answer) {
        T reply;
        try {
            reply = answer.get();
        } catch (IllegalArgumentException e) {
            responses.onError(Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        } catch (RuntimeException e) {
            if (Status.fromThrowable(e).getCode() == Status.Code.UNKNOWN) {
                LOG.error("A question about members was not answered", e);
            }
            responses.onError(e);
            return;
        }
        responses.onNext(reply);
        responses.onCompleted();
    }
}
