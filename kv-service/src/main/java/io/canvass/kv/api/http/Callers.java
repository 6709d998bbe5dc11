package io.canvass.kv.api.http;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.security.Call;
import io.canvass.kv.security.Caller;
import io.canvass.kv.security.Security;
import jakarta.servlet.http.HttpServletRequest;

/** Who sent a request: asked once, and kept with it. */
public final class Callers {
    private static final String CALL = Callers.class.getName();
    /** Where the container puts the client's certificates (Servlet specification, section 3.10). */
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private Callers() {}

    /** The same for every call with one request. */
    public static Call of(HttpServletRequest request, Security security) {
        if (request.getAttribute(CALL) instanceof Call known) {
            return known;
        }
        Call call = new Call(
                identify(request, security), request.getMethod(), RawPath.of(request), request.getRemoteAddr(),
                RequestIds.of(request));
        request.setAttribute(CALL, call);
        return call;
    }

    private static Caller identify(HttpServletRequest request, Security security) {
        List<String> headers = Collections.list(request.getHeaders("Authorization"));
        if (headers.size() > 1) {
            // Two parties on the way could each look at another one of them.
            return new Caller.Nobody("The request has several headers Authorization.");
        }
        List<X509Certificate> certificates =
                request.getAttribute(CERTIFICATES) instanceof X509Certificate[] shown ? List.of(shown) : List.of();
        return security.identify(headers.isEmpty() ? Optional.empty() : Optional.of(headers.getFirst()), certificates);
    }
}
