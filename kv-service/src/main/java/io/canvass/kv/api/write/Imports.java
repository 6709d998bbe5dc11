package io.canvass.kv.api.write;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.IdempotencyKeys;
import io.canvass.kv.api.calls.KeysInFlight;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.json.NdjsonLines;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** {@code POST /v1/import} (KV-API.md, section 6): the entries that {@code GET /v1/export} gives, in transactions. */
@Component
final class Imports implements Endpoints {
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WriteLimits bounds;
    private final Protection protection;
    private final KeysInFlight inFlight;

    Imports(
            ClusterCalls cluster, ApiLimits limits, WriteLimits bounds, Protection protection, KeysInFlight inFlight) {
        this.cluster = cluster;
        this.limits = limits;
        this.bounds = bounds;
        this.protection = protection;
        this.inFlight = inFlight;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/import", "POST", Access.to(Right.WRITE), this::post));
    }

    private void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireKeepable(request);
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("If-Match and If-None-Match are of one key; an import overwrites. A batch (POST"
                    + " /v1/batch) has conditions.");
        }
        NdjsonLines.requireType(request);
        Optional<ByteString> key = IdempotencyKeys.of(request);
        try (KeysInFlight.Hold _ = inFlight.hold(key)) {
            ImportRun run = new ImportRun(
                    cluster, limits, bounds, protection, key, new NdjsonLines(request, limits));
            try {
                run.run();
            } catch (ProblemException e) {
                throw broken(e.problem(), run);
            }
            Replies.stamp(request, response, cluster.view());
            response.setHeader("Kv-Revision", Long.toString(run.revision()));
            Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
                json.writeNumberProperty("imported", run.imported());
                json.writeNumberProperty("revision", run.revision());
            }));
        }
    }

    /** What was written before stays, so the import as a whole is not one that was not applied. */
    private static ProblemException broken(Problem problem, ImportRun run) {
        ProblemType.Outcome outcome = run.imported() > 0 ? ProblemType.Outcome.UNKNOWN : problem.outcome();
        String detail = "At line " + run.line() + " the import ended: " + problem.detail() + " "
                + (run.imported() == 0
                        ? "No entry before was written."
                        : "The first " + run.imported() + " entries were written and stay.")
                + " The import can be sent again as a whole: it writes the same once more.";
        return new Problem(
                        problem.reference(), problem.status(), problem.title(), detail, outcome, problem.retryable(),
                        problem.headers(), json -> {
                            problem.members().write(json);
                            json.writeNumberProperty("imported", run.imported());
                            json.writeNumberProperty("line", run.line());
                        },
                        problem.limit())
                .asException();
    }
}
