package io.canvass.kv.api;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request as it came over the wire: nothing decoded, nothing normalised, nothing cut off. */
final class RawPath {
    private RawPath() {}

    static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
