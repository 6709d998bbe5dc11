package io.canvass.kv.api.server;

import java.io.IOException;

import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.logging.RequestScope;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Opens the scope of each request, so that all that its thread logs has its id. A valve and no servlet filter: what Tomcat logs
 * after the filters, and the dispatch to an error page, are of the request, too.
 */
final class RequestScopes extends ValveBase {
    RequestScopes() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        RequestIds.echo(request, response);
        try (RequestScope _ = RequestScope.open(RequestIds.of(request))) {
            getNext().invoke(request, response);
        }
    }
}
