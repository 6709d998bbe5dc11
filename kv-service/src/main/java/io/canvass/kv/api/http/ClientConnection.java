package io.canvass.kv.api.http;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Whether the client of a request that waits is still there. A servlet that waits is not told; Tomcat, asked to look for
 * further bytes without waiting, notices the end of the connection.
 *
 * <p>A connection that was looked at ends with its answer: looking takes the place of what the client may have sent behind the
 * request already, and Tomcat would not find its way back to that.
 */
public final class ClientConnection {
    private static final String ATTRIBUTE = ClientConnection.class.getName();
    /** What Tomcat says where looking failed; also of a single byte, which no request is. */
    private static final int FAILED = 1;

    private final org.apache.coyote.Request request;
    private final Response response;

    private ClientConnection(org.apache.coyote.Request request, Response response) {
        this.request = request;
        this.response = response;
    }

    /**
     * On the request's own thread, after its body was read. A client that has closed its sending half counts as gone.
     */
    public static boolean isGone(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ClientConnection connection && connection.hasEnded();
    }

    private boolean hasEnded() {
        response.setHeader("Connection", "close");
        request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        request.action(ActionCode.AVAILABLE, true);
        return request.getAvailable() == FAILED;
    }

    /** Makes the connection known to requests that may wait for long. */
    public static final class KnownTo extends ValveBase {
        private final String[] roots;

        /** @param roots of the paths that these requests have */
        public KnownTo(String... roots) {
            super(true);
            this.roots = roots.clone();
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            for (String root : roots) {
                if (String.valueOf(request.getRequestURI()).startsWith(root)) {
                    request.setAttribute(ATTRIBUTE, new ClientConnection(request.getCoyoteRequest(), response));
                }
            }
            getNext().invoke(request, response);
        }
    }
}
