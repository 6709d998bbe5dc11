package io.canvass.kv.api.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.canvass.kv.api.http.BodyTime;
import io.canvass.kv.api.http.OpenStreams;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * What is left of a body when its request has been answered, as of one that was refused, is read and dropped for a while, so that a
 * client that is still sending sees the answer; then the client is hung up on. Tomcat alone would read up to 2 MiB, for as long as a
 * byte comes now and then.
 */
final class UnreadBodies extends ValveBase {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int MAX_BYTES = 2 << 20;

    UnreadBodies() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        // Who waits to be told to go on has sent nothing, and a stream of HTTP/2 ends by itself.
        if (!request.isAsync()
                && !request.isFinished()
                && !request.getCoyoteRequest().hasExpectation()
                && !isBroken(request)
                && OpenStreams.HTTP_1_1.equals(request.getServletConnection().getProtocol())) {
            response.finishResponse();
            if (!drop(request)) {
                request.getCoyoteRequest().action(ActionCode.CLOSE_NOW, null);
            }
        }
    }

    /** Tomcat knows no more where in the connection it is, and ends it without reading on. */
    private static boolean isBroken(Request request) {
        AtomicBoolean broken = new AtomicBoolean();
        request.getCoyoteRequest().action(ActionCode.IS_ERROR, broken);
        return broken.get();
    }

    /** Whether the end of the body came. */
    private static boolean drop(Request request) {
        // What Tomcat refuses by its head alone has come to no context.
        Duration most = request.getContext() == null ? LONGEST : BodyTime.of(request);
        long limitNanos = Math.min(most.toNanos(), LONGEST.toNanos());
        long startNanos = System.nanoTime();
        Dropped dropped = new Dropped();
        long bytes = 0;
        try {
            while (bytes <= MAX_BYTES && System.nanoTime() - startNanos <= limitNanos) {
                // The servlet's stream may be closed.
                int n = request.getCoyoteRequest().doRead(dropped);
                if (n < 0) {
                    return true;
                }
                bytes += n;
            }
        } catch (IOException e) {
            // It paused for too long, or has gone, or what it sends is no body.
        }
        return false;
    }

    /** Where Tomcat shows what it has read. */
    private static final class Dropped implements ApplicationBufferHandler {
        private ByteBuffer shown = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            shown = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return shown;
        }

        @Override
        public void expand(int size) {
            // Nothing is collected.
        }
    }
}
