package io.canvass.kv.api.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.canvass.kv.api.http.OpenStreams;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ProtocolHandler;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * The time between a node's word that it leaves and its leaving: requests are answered as ever, but each answer ends its
 * connection ({@code Connection: close}), so that clients have gone elsewhere before the server turns away what comes.
 * Tomcat alone would, at its pause, drop keep-alive connections together with the requests that are on their way on them,
 * or answer them 503. At its end, streams whose clients do not read are cut off: the drain would wait for their write timeout.
 */
public final class LameDuck implements SmartLifecycle {
    /** Stops with the handing over of leadership, before the web server drains. */
    public static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;

    /** For connections that were accepted at the very end to bring their request. */
    private static final Duration LAST_ACCEPTED = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(LameDuck.class);
    private final List<Connector> connectors = new CopyOnWriteArrayList<>();
    private final Duration period;
    private volatile Optional<OpenStreams> streams = Optional.empty();
    private volatile boolean running;

    /** @param period from the last answer that leaves a connection open to the end of new connections */
    public LameDuck(Duration period) {
        this.period = period;
    }

    /**
     * Called for each connector before it starts.
     *
     * @param open of all connectors
     */
    void watch(Connector connector, OpenStreams open) {
        connectors.add(connector);
        streams = Optional.of(open);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        try {
            leave();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("Interrupted while clients went elsewhere; the stop goes on");
        }
    }

    /** The others of this phase stop meanwhile. */
    @Override
    public void stop(Runnable callback) {
        Thread.ofPlatform().name("lame-duck").start(() -> {
            stop();
            callback.run();
        });
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void leave() throws InterruptedException {
        List<ProtocolHandler> handlers = connectors.stream().map(Connector::getProtocolHandler).toList();
        for (ProtocolHandler handler : handlers) {
            if (handler instanceof AbstractHttp11Protocol<?> http) {
                http.setMaxKeepAliveRequests(1);
            }
        }
        Thread.sleep(period);
        handlers.forEach(ProtocolHandler::closeServerSocketGraceful);
        long left = LAST_ACCEPTED.toMillis();
        for (ProtocolHandler handler : handlers) {
            left = handler.awaitConnectionsClose(left);
        }
        streams.map(OpenStreams::connections).ifPresent(open -> endStreams(handlers, open));
    }

    /** They were told to end when the context began to close: who has not read that by now reads nothing. */
    private static void endStreams(List<ProtocolHandler> handlers, Set<String> open) {
        if (!open.isEmpty()) {
            LOG.info("{} streams whose clients do not read are cut off", open.size());
        }
        for (ProtocolHandler handler : handlers) {
            if (handler instanceof OpenHttp11Protocol http) {
                http.endOutput(open);
            }
        }
    }
}
