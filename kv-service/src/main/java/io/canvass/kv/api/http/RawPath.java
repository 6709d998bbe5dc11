package io.canvass.kv.api.http;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request as it came over the wire: nothing decoded, nothing normalised, nothing cut off. */
public final class RawPath {
    private RawPath() {}

    /** Without the context path and without the query. */
    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
