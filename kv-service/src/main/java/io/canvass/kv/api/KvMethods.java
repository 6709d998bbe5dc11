package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Which methods the paths of keys have. Spring's own answer to OPTIONS would mix those of a page with those of a key.
 */
@Controller
final class KvMethods {
    private final ProblemReplies replies;

    KvMethods(ProblemReplies replies) {
        this.replies = replies;
    }

    /** Without this the pattern of a single key, which matches an absent one too, would take these. */
    @RequestMapping(
            path = "/v1/kv",
            method = {RequestMethod.PUT, RequestMethod.POST, RequestMethod.PATCH, RequestMethod.DELETE})
    void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        replies.send(request, response, ContainerProblems.methodNotAllowed(request.getMethod(), List.of("GET")));
    }

    @RequestMapping(path = "/v1/kv", method = RequestMethod.OPTIONS)
    void optionsOfPage(HttpServletResponse response) {
        response.setHeader("Allow", "GET, HEAD, OPTIONS");
    }

    @RequestMapping(path = {"/v1/kv/**", "/v1/kv64/**"}, method = RequestMethod.OPTIONS)
    void optionsOfKey(HttpServletResponse response) {
        response.setHeader("Allow", "GET, HEAD, PUT, DELETE, OPTIONS");
    }
}
