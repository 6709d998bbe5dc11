package io.canvass.raft.transport;

/** The transport cannot do what it was asked to; the message says what was not done and what to do now. */
public final class TransportException extends RuntimeException {
    public TransportException(String message) {
        super(message);
    }

    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
