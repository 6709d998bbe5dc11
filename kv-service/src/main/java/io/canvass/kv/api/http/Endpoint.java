package io.canvass.kv.api.http;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What answers under one path of this API.
 *
 * @param template the path; {@code {name}} in it stands for the rest of the path or, with something behind it, for all up to
 *     that: names may hold slashes. Metrics and the description of the API name it so
 * @param handlers by method, in the order in which {@code Allow} tells them. That of {@code GET} serves {@code HEAD}, too
 */
public record Endpoint(String template, Map<String, Handler> handlers) {
    public Endpoint {
        handlers = Collections.unmodifiableMap(new LinkedHashMap<>(handlers));
    }

    /** Answers one request; what it throws becomes a problem. Runs on the request's own virtual thread and may wait. */
    @FunctionalInterface
    public interface Handler {
        void handle(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    /** One path with one method. */
    public static Endpoint of(String template, String method, Handler handler) {
        return new Endpoint(template, Map.of(method, handler));
    }

    /**
     * The same path with one more method.
     *
     * @throws IllegalArgumentException if the method has a handler already
     */
    public Endpoint and(String method, Handler handler) {
        Map<String, Handler> more = new LinkedHashMap<>(handlers);
        if (more.put(method, handler) != null) {
            throw new IllegalArgumentException("Two handlers of " + method + " " + template);
        }
        return new Endpoint(template, more);
    }

    /** Both, which are of one path. */
    public Endpoint and(Endpoint other) {
        Endpoint both = this;
        for (Map.Entry<String, Handler> handler : other.handlers.entrySet()) {
            both = both.and(handler.getKey(), handler.getValue());
        }
        return both;
    }
}
