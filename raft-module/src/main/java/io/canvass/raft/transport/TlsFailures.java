package io.canvass.raft.transport;

import java.nio.channels.ClosedChannelException;
import java.util.Optional;

import javax.net.ssl.SSLException;

import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import org.jspecify.annotations.Nullable;

/** Why a TLS connection was not made, in words. */
final class TlsFailures {
    private TlsFailures() {}

    /** Of a call that ended; empty if TLS is not why. */
    static Optional<String> of(Status status) {
        for (@Nullable Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return Optional.of(describe(cause));
            }
        }
        return Optional.empty();
    }

    /** From the innermost cause that says something: what the certificate lacks rather than that a handshake failed. */
    static String describe(@Nullable Throwable failure) {
        String reason = "";
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return "No TLS connection: the other end speaks no TLS";
            }
            if (cause instanceof ClosedChannelException) {
                return "No TLS connection: it was closed before the two had agreed";
            }
            String message = cause.getMessage();
            reason = message == null || message.isBlank() ? reason : message;
        }
        return "No TLS connection: " + (reason.isEmpty() ? String.valueOf(failure) : reason);
    }
}
