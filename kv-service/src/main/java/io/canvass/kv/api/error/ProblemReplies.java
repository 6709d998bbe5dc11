package io.canvass.kv.api.error;

import java.io.IOException;
import java.util.Optional;

import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.cluster.Replication.ClusterView;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;

/** Answers with {@code application/problem+json} (RFC 9457; KV-API.md, section 8), whoever raised the error. */
@Component
public final class ProblemReplies {
    private static final String MEDIA_TYPE = "application/problem+json";
    /** One election takes less; clients that wait add jitter of their own. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final String REFUSALS = "kv.limit.refusals";

    private static final String ANSWERED = ProblemReplies.class.getName() + ".answered";

    private final Replication replication;
    private final Optional<MeterRegistry> meters;

    ProblemReplies(Replication replication, ObjectProvider<MeterRegistry> meters) {
        this.replication = replication;
        this.meters = Optional.ofNullable(meters.getIfAvailable());
    }

    /** Has what was refused for a limit counted, where the answer is not written here. */
    public void count(Problem problem) {
        if (!problem.limit().isEmpty()) {
            meters.ifPresent(registry -> registry.counter(REFUSALS, "limit", problem.limit()).increment());
        }
    }

    /**
     * Remembers what a handler would answer. Where Tomcat found the body broken it takes the answer over, and only the handler
     * knows what was written until then.
     */
    static void remember(HttpServletRequest request, Problem problem) {
        request.setAttribute(ANSWERED, problem);
    }

    /** What a handler would have answered. */
    static Optional<Problem> answered(HttpServletRequest request) {
        return request.getAttribute(ANSWERED) instanceof Problem problem ? Optional.of(problem) : Optional.empty();
    }

    /** Sends the problem. The response must not be committed. */
    void send(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        send(request, response, problem, Occurrence.of(request));
    }

    void send(HttpServletRequest request, HttpServletResponse response, Problem problem, Occurrence occurrence)
            throws IOException {
        byte[] body = prepare(request, response, problem, occurrence);
        Replies.send(response, MEDIA_TYPE, body);
    }

    /** Sets the status and the headers, those of the body included, and returns the body, which is ASCII. */
    byte[] prepare(HttpServletRequest request, HttpServletResponse response, Problem problem, Occurrence occurrence) {
        count(problem);
        ClusterView view = replication.view();
        byte[] body = KvJson.object(json -> write(json, problem, occurrence, view, RequestIds.of(request)));
        response.setStatus(problem.status());
        Replies.stamp(request, response, view);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (problem.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
        }
        for (Problem.Header header : problem.headers()) {
            response.setHeader(header.name(), header.value());
        }
        response.setContentType(MEDIA_TYPE);
        response.setContentLength(body.length);
        return body;
    }

    /** The line that ends an answer of many lines: {@code {"error":{…}}}, the problem as it would be sent. */
    public byte[] errorLine(HttpServletRequest request, Problem problem) {
        count(problem);
        return KvJson.object(json -> {
            json.writeObjectPropertyStart("error");
            write(json, problem, Occurrence.of(request), replication.view(), RequestIds.of(request));
            json.writeEndObject();
        });
    }

    private static void write(
            JsonGenerator json, Problem problem, Occurrence occurrence, ClusterView view, String requestId) {
        json.writeStringProperty("type", problem.reference());
        json.writeStringProperty("title", problem.title());
        json.writeNumberProperty("status", problem.status());
        json.writeStringProperty("detail", problem.detail());
        if (!occurrence.path().isEmpty()) {
            json.writeStringProperty("instance", occurrence.path());
        }
        if (occurrence.mayWrite() && problem.outcome() != ProblemType.Outcome.NONE) {
            json.writeStringProperty("outcome", problem.outcome().word());
        }
        json.writeBooleanProperty("retryable", problem.retryable());
        leader(json, view);
        json.writeNumberProperty("epoch", view.epoch());
        json.writeStringProperty("node", view.nodeId());
        json.writeStringProperty("requestId", requestId);
        problem.members().write(json);
    }

    private static void leader(JsonGenerator json, ClusterView view) {
        if (view.leaderId().isEmpty()) {
            json.writeNullProperty("leader");
            return;
        }
        json.writeObjectPropertyStart("leader");
        json.writeStringProperty("id", view.leaderId());
        if (view.leaderUrl().isEmpty()) {
            json.writeNullProperty("url");
        } else {
            json.writeStringProperty("url", view.leaderUrl());
        }
        json.writeEndObject();
    }

    /**
     * What was asked when the problem arose.
     *
     * @param method the request's; empty if it could not be read
     * @param path as it came over the wire; empty if it could not be read
     */
    record Occurrence(String method, String path) {
        static Occurrence of(HttpServletRequest request) {
            return new Occurrence(text(request.getMethod()), text(request.getRequestURI()));
        }

        /** Reads have no outcome; what could not be read may have been meant as a write. */
        boolean mayWrite() {
            return switch (method) {
                case "GET", "HEAD", "OPTIONS", "TRACE" -> false;
                default -> true;
            };
        }

        static String text(Object value) {
            return value instanceof String text ? text : "";
        }
    }
}
