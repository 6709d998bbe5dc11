package io.canvass.raft.transport;

/** A frame that is not of the wire format. Checked, so that whoever decodes says what becomes of the stream. */
final class MalformedFrameException extends Exception {
    MalformedFrameException(String message) {
        super(message);
    }

    MalformedFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
