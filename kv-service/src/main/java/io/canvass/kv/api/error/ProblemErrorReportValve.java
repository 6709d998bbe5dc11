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
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;

/**
 * Replaces Tomcat's HTML page for what never reaches Spring: a malformed request line, a bad header, a path that does
 * not decode. Says nothing of the exception, which may quote what another layer sent.
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
    protected void report(Request request, Response response, Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported() || !mayWrite(response)) {
            return;
        }
        byte[] body = replies.get().prepare(
                request, response, problemOf(request, status), ProblemReplies.Occurrence.of(request));
        try {
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(new String(body, StandardCharsets.US_ASCII));
                response.finishResponse();
            }
        } catch (IOException e) {
            container.getLogger().debug("The client went away before its answer", e);
        }
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
