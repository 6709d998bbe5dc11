package io.canvass.kv.api.error;

import java.io.IOException;

import io.canvass.kv.api.http.OpenToAll;
import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.api.problem.ContainerProblems;
import io.canvass.kv.api.problem.Problem;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Replaces Boot's error page, where the container's error dispatch ends. Asked for directly it is not there. */
@Controller
final class ProblemErrorController implements ErrorController {
    private static final Logger log = LoggerFactory.getLogger(ProblemErrorController.class);

    private final ProblemReplies replies;

    ProblemErrorController(ProblemReplies replies) {
        this.replies = replies;
    }

    @OpenToAll
    @RequestMapping("${spring.web.error.path:${error.path:/error}}")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            // The container adds this page to an answer that broke off, in the middle of its lines.
            return;
        }
        if (request.getDispatcherType() != DispatcherType.ERROR) {
            replies.send(request, response, ContainerProblems.ofStatus(HttpServletResponse.SC_NOT_FOUND));
            return;
        }
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable cause
                && !(cause instanceof IOException)) {
            // An IOException is the client's connection, and not worth a line.
            log.error("Request {} failed outside of any handler", RequestIds.of(request), cause);
        }
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? code
                : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        ProblemReplies.Occurrence occurrence = new ProblemReplies.Occurrence(
                ProblemReplies.Occurrence.text(request.getAttribute(RequestDispatcher.ERROR_METHOD)),
                ProblemReplies.Occurrence.text(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI)));
        Problem problem = ProblemReplies.answered(request).orElseGet(() -> ContainerProblems.ofStatus(status));
        replies.send(request, response, problem, occurrence);
    }
}
