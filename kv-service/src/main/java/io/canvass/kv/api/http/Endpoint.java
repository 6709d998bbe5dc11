package io.canvass.kv.api.http;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What answers under one path of this API.
 *
 * @param template the path; {@code {name}} in it stands for the rest of the path or, with something behind it, for all up to
 *     that: names may hold slashes. Metrics and the description of the API name it so
 * @param access by method: nothing is served without a word on who may call it
 * @param handlers by method, in the order in which {@code Allow} tells them. That of {@code GET} serves {@code HEAD}, too
 */
public record Endpoint(String template, Map<String, Access> access, Map<String, Handler> handlers) {
    public Endpoint {
        handlers = Collections.unmodifiableMap(new LinkedHashMap<>(handlers));
        access = Map.copyOf(access);
        if (!access.keySet().equals(handlers.keySet())) {
            throw new IllegalArgumentException("Of " + template + " it is not said who may call it: handlers of "
                    + handlers.keySet() + ", access to " + access.keySet());
        }
    }

    /** Answers one request; what it throws becomes a problem. Runs on the request's own virtual thread and may wait. */
    @FunctionalInterface
    public interface Handler {
        void handle(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    /** One path with one method. */
    public static Endpoint of(String template, String method, Access access, Handler handler) {
        return new Endpoint(template, Map.of(method, access), Map.of(method, handler));
    }

    /**
     * The same path with one more method.
     *
     * @throws IllegalArgumentException if the method has a handler already
     */
    public Endpoint and(String method, Access allowed, Handler handler) {
        Map<String, Handler> more = new LinkedHashMap<>(handlers);
        if (more.put(method, handler) != null) {
            throw new IllegalArgumentException("Two handlers of " + method + " " + template);
        }
        Map<String, Access> moreAccess = new LinkedHashMap<>(access);
        moreAccess.put(method, allowed);
        return new Endpoint(template, moreAccess, more);
    }

    /** Both, which are of one path. */
    public Endpoint and(Endpoint other) {
        Endpoint both = this;
        for (Map.Entry<String, Handler> handler : other.handlers.entrySet()) {
            String method = handler.getKey();
            both = both.and(method, Objects.requireNonNull(other.access.get(method)), handler.getValue());
        }
        return both;
    }
}
