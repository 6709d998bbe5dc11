package io.canvass.kv.api.error;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.problem.ContainerProblems;
import io.canvass.kv.api.problem.Problem;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/**
 * Replaces Tomcat's HTML page for what never reaches Spring: a malformed request line, a bad header, a path that does
 * not decode. Says nothing of the exception, which may quote what another layer sent.
 *
 * <p>Refuses request lines without a version. They are HTTP/0.9, which Tomcat answers with a body and nothing before it: for a
 * client whose request before was longer than it said, that is bytes out of nowhere. The answer has a head here.
 */
public final class ProblemErrorReportValve extends ErrorReportValve {
    private final Supplier<ProblemReplies> replies;
    private final ApiLimits limits;

    /** @param replies asked for at the first error only: the server is configured before the cluster's beans exist */
    public ProblemErrorReportValve(Supplier<ProblemReplies> replies, ApiLimits limits) {
        this.replies = replies;
        this.limits = limits;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (isVersionless(request) && response.getStatus() < 400) {
            response.sendError(HttpServletResponse.SC_HTTP_VERSION_NOT_SUPPORTED);
            response.setSuspended(false);
            report(request, response, null);
        } else {
            super.invoke(request, response);
        }
    }

    private static boolean isVersionless(Request request) {
        // Null where the line could not be read as far: such answers have a head.
        return "".equals(request.getProtocol());
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !isUntold(response) || !mayWrite(response)) {
            return;
        }
        byte[] body = replies.get().prepare(
                request, response, problemOf(request, status), ProblemReplies.Occurrence.of(request));
        try {
            Writer writer = response.getReporter();
            if (writer != null) {
                if (isVersionless(request)) {
                    String head = head(response, body.length);
                    response.setContentLength(head.length() + body.length);
                    writer.write(head);
                }
                writer.write(new String(body, StandardCharsets.US_ASCII));
                response.finishResponse();
            }
        } catch (IOException e) {
            container.getLogger().debug("The client went away before its answer", e);
        }
    }

    /** What Tomcat leaves out. It closes the connection behind the answer. */
    private static String head(Response response, int length) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(response.getStatus()).append(" \r\n");
        for (String name : response.getHeaderNames()) {
            // Its own idea of these is that of a body without a head.
            if (!name.regionMatches(true, 0, "Content-", 0, "Content-".length())) {
                head.append(name).append(": ").append(response.getHeader(name)).append("\r\n");
            }
        }
        head.append("Content-Type: ").append(response.getContentType()).append("\r\n");
        head.append("Content-Length: ").append(length).append("\r\nConnection: close\r\n\r\n");
        return head.toString();
    }

    /** Of a status that was set without a body, too, as the actuator's endpoints do for a path they do not know. */
    private static boolean isUntold(Response response) {
        return response.setErrorReported() || response.getContentType() == null;
    }

    private static boolean mayWrite(Response response) {
        AtomicBoolean allowed = new AtomicBoolean(false);
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, allowed);
        return allowed.get();
    }

    /** Tomcat refuses some keys before they get to {@link KeyPath}, which would have said what is wrong with them. */
    private Problem problemOf(Request request, int status) {
        Optional<Problem> answered = ProblemReplies.answered(request);
        if (answered.isPresent()) {
            return answered.get();
        }
        String path = ProblemReplies.Occurrence.text(request.getRequestURI());
        Optional<Problem> wrongKey = status == 400 ? KeyPath.problemOf(path, limits.maxKeyBytes()) : Optional.empty();
        return wrongKey.orElseGet(() -> ContainerProblems.ofStatus(status));
    }
}
