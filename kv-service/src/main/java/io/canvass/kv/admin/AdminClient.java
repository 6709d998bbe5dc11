package io.canvass.kv.admin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.canvass.kv.cluster.PeerAccess;
import io.canvass.proto.kv.v1.AdminGrpc;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminRequest;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

/** Hands a request to a peer, and knows whether it may have arrived. Thread-safe; waits on the calling thread. */
final class AdminClient {
    /** A peer that cannot be reached for so long may not be the leader any more. */
    private static final long MAX_CONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PeerAccess peers;

    AdminClient(PeerAccess peers) {
        this.peers = peers;
    }

    /** How it ended. */
    sealed interface End {
        record Answered(AdminReply reply) implements End {}

        /** Surely nobody has it. */
        record NotSent(String why) implements End {}

        /** The peer may have it. */
        record Lost(String why) implements End {}
    }

    End ask(String peer, AdminRequest request, long timeoutNanos) throws InterruptedException {
        Sending sending = new Sending(peer);
        ClientCall<AdminRequest, AdminReply> call;
        try {
            call = peers.channelTo(peer).newCall(
                    AdminGrpc.getAskMethod(),
                    CallOptions.DEFAULT
                            .withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS)
                            .withStreamTracerFactory(sending));
        } catch (IllegalArgumentException e) {
            return new End.NotSent(peer + " is not known here: " + e.getMessage());
        }
        ClientCalls.asyncUnaryCall(call, request, sending);
        try {
            return sending.end.get(Math.min(timeoutNanos, MAX_CONNECT_NANOS), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return sending.begun ? sending.end() : givenUp(sending, call);
        } catch (InterruptedException e) {
            call.cancel("This node stops", null);
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException("It never fails", e);
        }
    }

    /** A stream that was not made before the call was cancelled is not made after it. */
    private static End givenUp(Sending sending, ClientCall<?, ?> call) {
        call.cancel("The peer cannot be reached", null);
        return sending.begun
                ? new End.Lost(sending.peer + " did not answer")
                : new End.NotSent(sending.peer + " cannot be reached");
    }

    /** One call: what it ended in, and whether a stream was ever made for it. */
    private static final class Sending extends ClientStreamTracer.Factory implements StreamObserver<AdminReply> {
        private final String peer;
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private volatile boolean begun;

        private Sending(String peer) {
            this.peer = peer;
        }

        /** Within the deadline of the call. */
        End end() throws InterruptedException {
            try {
                return end.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("It never fails", e);
            }
        }

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transportAttributes, Metadata streamHeaders) {
                    begun = true;
                }
            };
        }

        @Override
        public void onNext(AdminReply reply) {
            end.complete(new End.Answered(reply));
        }

        @Override
        public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            if (status.getCode() == Status.Code.UNIMPLEMENTED) {
                end.complete(new End.Answered(AdminReply.newBuilder()
                        .setRefusal(AdminReply.Refusal.NOT_SUPPORTED)
                        .setDetail(peer + " leads, and its version takes no such requests")
                        .build()));
                return;
            }
            String detail = status.getDescription() == null ? "" : " (" + status.getDescription() + ")";
            String why = "The request to " + peer + " ended in " + status.getCode() + detail;
            end.complete(begun ? new End.Lost(why) : new End.NotSent(why));
        }

        @Override
        public void onCompleted() {
            end.complete(new End.Lost(peer + " ended the request without an answer"));
        }
    }
}
