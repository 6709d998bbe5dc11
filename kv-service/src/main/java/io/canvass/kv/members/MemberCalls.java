package io.canvass.kv.members;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.canvass.proto.kv.v1.DiscoverReply;
import io.canvass.proto.kv.v1.DiscoverRequest;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.proto.kv.v1.MembersGrpc;
import io.canvass.proto.kv.v1.MembersGrpc.MembersStub;
import io.canvass.raft.transport.PeerSecurity;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Asks other nodes about members, by address: also those that are no members, or to whom no transport is open yet. One
 * connection to each, kept until {@link #keepOnly}. Thread-safe; futures complete on gRPC's threads.
 */
final class MemberCalls implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_ANSWER_BYTES = 1 << 20;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ConcurrentHashMap<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final PeerSecurity security;
    private volatile boolean closed;

    MemberCalls(PeerSecurity security) {
        this.security = security;
    }

    /** What a node that answers says of itself; else the failure's message says why not, for people. */
    CompletableFuture<NodeStanding> discover(String address, Optional<NodeStanding> self) {
        DiscoverRequest.Builder request = DiscoverRequest.newBuilder();
        self.ifPresent(standing -> request.setFrom(Standings.encode(standing)));
        Shown shown = new Shown();
        return this.<DiscoverReply>call(
                        address, (stub, answer) -> stub.withInterceptors(shown).discover(request.build(), answer))
                .thenApply(reply -> certified(Standings.decode(reply.getStanding()), shown));
    }

    /** What a node says of itself counts only if its certificate says the same. */
    private NodeStanding certified(NodeStanding standing, Shown shown) {
        if (!security.speaksFor(shown.attributes, standing.nodeId())) {
            throw new IllegalStateException(
                    "what answers says that it is " + standing.nodeId() + ", and its certificate does not name that node");
        }
        return standing;
    }

    /** Keeps what the connection of a call shows, once it is answered. */
    private static final class Shown implements ClientInterceptor {
        private volatile Attributes attributes = Attributes.EMPTY;

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    super.start(
                            new SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onHeaders(Metadata answered) {
                                    attributes = getAttributes();
                                    super.onHeaders(answered);
                                }
                            },
                            headers);
                }
            };
        }
    }

    /** The same, without a word of this node. */
    CompletableFuture<NodeStanding> discover(String address) {
        return discover(address, Optional.empty());
    }

    CompletableFuture<JoinReply> join(String address, JoinRequest request) {
        return call(address, (stub, answer) -> stub.join(request, answer));
    }

    /** Hangs up on all others. */
    void keepOnly(Collection<String> addresses) {
        channels.forEach((address, channel) -> {
            if (!addresses.contains(address) && channels.remove(address, channel)) {
                channel.shutdown();
            }
        });
    }

    private <T> CompletableFuture<T> call(String address, BiConsumer<MembersStub, StreamObserver<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            ManagedChannel channel = channels.computeIfAbsent(address, this::dial);
            if (closed) {
                channel.shutdownNow();
            }
            // Whoever is asked may have come up this moment; gRPC alone would wait up to two minutes to see.
            channel.resetConnectBackoff();
            MembersStub stub = MembersGrpc.newStub(channel).withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            call.accept(stub, new Answer<>(answer));
        } catch (RuntimeException e) {
            answer.completeExceptionally(new IllegalStateException(reason(e), e));
        }
        return answer;
    }

    private ManagedChannel dial(String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address, security.towardsAnyNode())
                // Peers are reached directly: a proxy set for the JVM's HTTP must not come between them.
                .proxyDetector(_ -> null)
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(TIMEOUT.toMillis()))
                .idleTimeout(IDLE.toSeconds(), TimeUnit.SECONDS)
                .build();
    }

    /** A sentence's end, from the innermost cause that says something. */
    static String reason(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "it does not answer within " + TIMEOUT.toMillis() + " ms";
        }
        if (status.getCode() == Status.Code.UNIMPLEMENTED) {
            return "it runs a version that does not know this question";
        }
        String reason = "";
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            reason = message == null || message.isBlank() ? reason : message;
        }
        return reason.isEmpty() ? failure.toString() : reason;
    }

    @Override
    public void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private static final class Answer<T> implements StreamObserver<T> {
        private final CompletableFuture<T> answer;

        Answer(CompletableFuture<T> answer) {
            this.answer = answer;
        }

        @Override
        public void onNext(T value) {
            answer.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(new IllegalStateException(reason(failure), failure));
        }

        @Override
        public void onCompleted() {
            answer.completeExceptionally(new IllegalStateException("it ended the call without an answer"));
        }
    }
}
