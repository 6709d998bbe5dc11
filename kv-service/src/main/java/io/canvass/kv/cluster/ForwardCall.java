package io.canvass.kv.cluster;

import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;

/** One write on its way to a leader. */
final class ForwardCall {
    private final ForwardStream stream;
    private final long id;
    private final ByteString command;
    private final long deadlineNanos;
    private final String requestId;
    private final String traceparent;
    private final CompletableFuture<Forwarded> result = new CompletableFuture<>();

    ForwardCall(ForwardStream stream, long id, ByteString command, long deadlineNanos, String requestId, String traceparent) {
        this.stream = stream;
        this.id = id;
        this.command = command;
        this.deadlineNanos = deadlineNanos;
        this.requestId = requestId;
        this.traceparent = traceparent;
    }

    long id() {
        return id;
    }

    ByteString command() {
        return command;
    }

    /** By the clock of {@link Delays}. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Of the client's request; empty for a write that is of none. */
    String requestId() {
        return requestId;
    }

    /** Of the span in which it is handed over; empty where nothing is traced. */
    String traceparent() {
        return traceparent;
    }

    /** Never fails. Completed outside of any lock, on the thread that brought the end. */
    CompletableFuture<Forwarded> result() {
        return result;
    }

    /** Gives up: an answer that still comes is ignored. Says whether the request surely never left. */
    boolean withdraw() {
        return stream.withdraw(this);
    }

    void end(Forwarded how) {
        result.complete(how);
    }
}
