package io.canvass.benchmarks;

import java.io.IOException;

/** The server's bytes are not an HTTP/1.1 response. */
final class MalformedResponseException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedResponseException(String message) {
        super(message);
    }
}
