package io.canvass.kv.api.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.ServletConnection;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/** The connections of answers that go on for as long as their client reads, so that a stop need not wait for them. Thread-safe. */
@Component
public final class OpenStreams {
    /** As {@code ServletConnection} names what is not HTTP/2, whose connections bear several requests. */
    public static final String HTTP_1_1 = "http/1.1";

    private final Set<String> connections = ConcurrentHashMap.newKeySet();

    /** Ends an answer's stay here. */
    public interface Stay extends AutoCloseable {
        @Override
        void close();
    }

    /** Of a connection of its own: one of HTTP/2 bears other requests, too, and is left to its write timeout. */
    public Stay enter(HttpServletRequest request) {
        ServletConnection connection = request.getServletConnection();
        if (!connection.getProtocol().equals(HTTP_1_1)) {
            return () -> {};
        }
        String id = connection.getConnectionId();
        connections.add(id);
        return () -> connections.remove(id);
    }

    /** Ids of the servlet API. */
    public Set<String> connections() {
        return Set.copyOf(connections);
    }
}
