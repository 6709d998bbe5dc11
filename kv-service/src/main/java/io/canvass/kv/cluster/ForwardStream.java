package io.canvass.kv.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.kv.logging.RequestScope;
import io.canvass.proto.kv.v1.ForwardGrpc;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.kv.v1.WriteResponse;
import io.canvass.raft.core.Bytes;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * The writes on their way to one peer. A request waits here until the stream can take it, and only then goes to gRPC: so what
 * still waits when a stream breaks surely never left, and everything else may have been applied.
 */
final class ForwardStream {
    /** A request that waits longer for the stream goes back to its sender, who may know another leader by then. */
    static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final String peer;
    private final PeerAccess peers;
    private final ByteString clusterId;
    private final ForwardClient.Bounds bounds;
    private final Delays delays;

    private final ReentrantLock lock = new ReentrantLock();
    // All below are guarded by the lock.
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Long, ForwardCall> sent = new HashMap<>();
    private long bytesInFlight;
    private long lastId;
    private boolean sweeping;
    private Optional<Connection> current = Optional.empty();

    private record Waiting(ForwardCall call, long sinceNanos) {}

    private record Ending(ForwardCall call, Forwarded how) {}

    ForwardStream(
            String peer, PeerAccess peers, ByteString clusterId, ForwardClient.Bounds bounds, Delays delays) {
        this.peer = peer;
        this.peers = peers;
        this.clusterId = clusterId;
        this.bounds = bounds;
        this.delays = delays;
    }

    ForwardCall send(Bytes command, long deadlineNanos, String traceparent) {
        ByteString bytes = UnsafeByteOperations.unsafeWrap(command.array());
        String requestId = RequestScope.current();
        ForwardCall call;
        Optional<Forwarded> refused;
        lock.lock();
        try {
            call = new ForwardCall(this, ++lastId, bytes, deadlineNanos, requestId, traceparent);
            refused = admit(call);
        } finally {
            lock.unlock();
        }
        refused.ifPresentOrElse(call::end, this::pump);
        return call;
    }

    /** See {@link ForwardCall#withdraw}. */
    boolean withdraw(ForwardCall call) {
        lock.lock();
        try {
            if (waiting.removeIf(item -> item.call() == call)) {
                release(call);
                return true;
            }
            if (sent.remove(call.id()) != null) {
                release(call);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    int sent() {
        lock.lock();
        try {
            return sent.size();
        } finally {
            lock.unlock();
        }
    }

    boolean isDialled() {
        lock.lock();
        try {
            return current.isPresent();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        Optional<Connection> open;
        lock.lock();
        try {
            open = current;
        } finally {
            lock.unlock();
        }
        open.ifPresent(Connection::cancel);
    }

    private Optional<Forwarded> admit(ForwardCall call) {
        if (waiting.size() + sent.size() >= bounds.maxInFlight()) {
            return Optional.of(new Forwarded.Overloaded(bounds.maxInFlight() + " writes are under way to " + peer
                    + " (kv.forward.max-in-flight); this one was not sent"));
        }
        if (bytesInFlight > 0 && bytesInFlight + call.command().size() > bounds.maxInFlightBytes()) {
            return Optional.of(new Forwarded.Overloaded(bytesInFlight + " bytes of writes are under way to " + peer
                    + " (kv.forward.max-in-flight-size); this one was not sent"));
        }
        if (current.isEmpty()) {
            try {
                dial();
            } catch (RuntimeException e) {
                return Optional.of(new Forwarded.NotSent(peer + " cannot be dialled: " + Failures.messageOf(e)));
            }
        }
        bytesInFlight += call.command().size();
        waiting.add(new Waiting(call, delays.nanoTime()));
        return Optional.empty();
    }

    private void dial() {
        Connection connection = new Connection();
        // Before the call begins: it may break, or be ready, at once and on this thread.
        current = Optional.of(connection);
        try {
            ForwardGrpc.newStub(peers.channelTo(peer)).write(connection);
        } catch (RuntimeException e) {
            current = Optional.empty();
            throw e;
        }
    }

    /** Hands to gRPC what its buffer takes. */
    private void pump() {
        lock.lock();
        try {
            while (!waiting.isEmpty() && current.isPresent() && current.get().isReady()) {
                ForwardCall call = waiting.remove().call();
                // Noted first: whatever happens in the send, it may have left.
                sent.put(call.id(), call);
                current.get().send(request(call));
            }
            if (!waiting.isEmpty() && !sweeping) {
                sweeping = true;
                delays.after(MAX_WAIT_NANOS, this::sweep);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends back what has waited too long: its leader is paused, cut off, or no leader any more. */
    private void sweep() {
        List<Ending> endings = new ArrayList<>();
        lock.lock();
        try {
            sweeping = false;
            long now = delays.nanoTime();
            while (!waiting.isEmpty() && now - waiting.element().sinceNanos() >= MAX_WAIT_NANOS) {
                ForwardCall call = waiting.remove().call();
                release(call);
                endings.add(new Ending(call, new Forwarded.NotSent(peer + " takes no requests at the moment")));
            }
        } finally {
            lock.unlock();
        }
        end(endings);
        pump();
    }

    private WriteRequest request(ForwardCall call) {
        long left = TimeUnit.NANOSECONDS.toMillis(call.deadlineNanos() - delays.nanoTime());
        return WriteRequest.newBuilder()
                .setId(call.id())
                .setClusterId(clusterId)
                .setCommand(call.command())
                .setTimeoutMillis(Math.clamp(left, 1, Integer.MAX_VALUE))
                .setRequestId(call.requestId())
                .setTraceparent(call.traceparent())
                .build();
    }

    private void answered(WriteResponse response) {
        Optional<ForwardCall> call;
        lock.lock();
        try {
            call = Optional.ofNullable(sent.remove(response.getId()));
            call.ifPresent(this::release);
        } finally {
            lock.unlock();
        }
        call.ifPresent(it -> it.end(new Forwarded.Answered(response)));
    }

    private void broken(Connection connection, String why) {
        List<Ending> endings = new ArrayList<>();
        lock.lock();
        try {
            if (current.isEmpty() || current.get() != connection) {
                return;
            }
            current = Optional.empty();
            sent.values().forEach(call -> endings.add(new Ending(call, new Forwarded.Lost(why))));
            sent.clear();
            waiting.forEach(item -> endings.add(new Ending(item.call(), new Forwarded.NotSent(why))));
            waiting.clear();
            bytesInFlight = 0;
        } finally {
            lock.unlock();
        }
        end(endings);
    }

    private void release(ForwardCall call) {
        bytesInFlight -= call.command().size();
    }

    private static void end(List<Ending> endings) {
        endings.forEach(ending -> ending.call().end(ending.how()));
    }

    /** One gRPC stream. Its sends are made under the lock: gRPC's observers are not thread-safe, and never block. */
    private final class Connection implements ClientResponseObserver<WriteRequest, WriteResponse> {
        private @Nullable ClientCallStreamObserver<WriteRequest> requests;

        @Override
        public void beforeStart(ClientCallStreamObserver<WriteRequest> stream) {
            requests = stream;
            stream.setOnReadyHandler(ForwardStream.this::pump);
        }

        boolean isReady() {
            return requests != null && requests.isReady();
        }

        void send(WriteRequest request) {
            if (requests != null) {
                try {
                    requests.onNext(request);
                } catch (IllegalStateException _) {
                    // The call has ended; onError is on its way and ends this request as lost.
                }
            }
        }

        void cancel() {
            if (requests != null) {
                requests.cancel("This node closes", null);
            }
        }

        @Override
        public void onNext(WriteResponse response) {
            answered(response);
        }

        @Override
        public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            String detail = status.getDescription() == null ? "" : " (" + status.getDescription() + ")";
            broken(this, "The stream to " + peer + " broke: " + status.getCode() + detail);
        }

        @Override
        public void onCompleted() {
            broken(this, peer + " closed the stream");
        }
    }
}
