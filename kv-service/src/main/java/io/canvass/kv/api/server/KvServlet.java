package io.canvass.kv.api.server;

import java.util.function.Supplier;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for keys come in: a servlet of its own beside Spring's, whose way to a handler costs more than
 * everything else that a read does (docs/decisions.md).
 */
final class KvServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Supplier<KvRoutes> routes;
    private transient volatile @Nullable KvRoutes known;

    /** @param routes asked for at the first request: the server is configured before the cluster's beans exist */
    KvServlet(Supplier<KvRoutes> routes) {
        this.routes = routes;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        KvRoutes found = known;
        if (found == null) {
            found = routes.get();
            known = found;
        }
        found.route(request, response);
    }
}
