package io.canvass.kv.api.server;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

import io.canvass.kv.api.http.OpenStreams;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tomcat's HTTP/1.1, which can also end what is being sent to a client: a write that waits for a client that reads nothing listens
 * to nothing else until its timeout. Made by Tomcat, by its name.
 */
public final class OpenHttp11Protocol extends Http11NioProtocol {
    /** As Tomcat has it of a request of which nothing has come. */
    private static final long NOT_BEGUN = -1;

    private static final Logger LOG = LoggerFactory.getLogger(OpenHttp11Protocol.class);

    /** By the class's name. */
    public OpenHttp11Protocol() {}

    /**
     * What was written goes out, then the end of the stream; every write from now on fails. From any thread; returns at once.
     *
     * @param connections ids of the servlet API
     */
    void endOutput(Set<String> connections) {
        for (SocketWrapperBase<NioChannel> connection : getEndpoint().getConnections()) {
            if (connections.contains(connection.getServletConnection(OpenStreams.HTTP_1_1, "").getConnectionId())) {
                try {
                    connection.getSocket().getIOChannel().shutdownOutput();
                } catch (IOException e) {
                    LOG.debug("The client has gone", e);
                }
            }
        }
    }

    /**
     * Hangs up on each client whose request has begun so long ago, and of whose head the end has not come. A request whose head is
     * read is with a thread, or is asynchronous; so what rests with a connection and is not, is a head. From any thread.
     *
     * @return how many
     */
    int endHeadsOlderThan(Duration limit) {
        int ended = 0;
        long now = System.nanoTime();
        for (SocketWrapperBase<NioChannel> connection : getEndpoint().getConnections()) {
            if (connection.getCurrentProcessor() instanceof Processor processor && !processor.isAsync()) {
                long began = processor.getRequest().getStartTimeNanos();
                if (began != NOT_BEGUN && now - began > limit.toNanos()) {
                    connection.close();
                    ended++;
                }
            }
        }
        return ended;
    }
}
