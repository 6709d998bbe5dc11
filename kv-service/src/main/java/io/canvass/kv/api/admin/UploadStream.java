package io.canvass.kv.api.admin;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** The body of a request that may be long, and must have arrived after so long. For one thread. */
final class UploadStream extends FilterInputStream {
    private final Duration limit;
    private final long startNanos = System.nanoTime();

    UploadStream(InputStream body, Duration limit) {
        super(body);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (System.nanoTime() - startNanos > limit.toNanos()) {
            throw new StalledException("It had not arrived within " + limit.toSeconds() + " s", null);
        }
        try {
            return super.read(target, offset, length);
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                throw new StalledException("The client stopped sending", e);
            }
            // Tomcat wraps both an end of the stream and a malformed chunk.
            throw new BrokenOffException(e);
        }
    }

    /** It does not come, or not in time. */
    static final class StalledException extends IOException {
        private static final long serialVersionUID = 1L;

        StalledException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** It ended early, or was malformed as a message of HTTP. */
    static final class BrokenOffException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenOffException(Throwable cause) {
            super("The body ended early or was malformed", cause);
        }
    }
}
