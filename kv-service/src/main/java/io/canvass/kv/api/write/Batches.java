package io.canvass.kv.api.write;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.IdempotencyKeys;
import io.canvass.kv.api.calls.KeysInFlight;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.error.ProblemReplies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.NdjsonLines;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/** {@code POST /v1/batch} (KV-API.md, section 6): single operations, one on a line, each of which succeeds or fails by itself. */
@Component
final class Batches implements Endpoints {
    private final KvQueries queries;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WriteLimits bounds;
    private final Protection protection;
    private final KeysInFlight inFlight;
    private final ProblemReplies replies;

    Batches(
            KvQueries queries,
            ClusterCalls cluster,
            ApiLimits limits,
            WriteLimits bounds,
            Protection protection,
            KeysInFlight inFlight,
            ProblemReplies replies) {
        this.queries = queries;
        this.cluster = cluster;
        this.limits = limits;
        this.bounds = bounds;
        this.protection = protection;
        this.inFlight = inFlight;
        this.replies = replies;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/batch", "POST", Access.to(Right.READ, Right.WRITE), this::post));
    }

    private void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireKeepable(request);
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("If-Match and If-None-Match are of one key. In a batch each line has its own"
                    + " ifRevision or ifExists.");
        }
        NdjsonLines.requireType(request);
        Optional<ByteString> key = IdempotencyKeys.of(request);
        try (KeysInFlight.Hold _ = inFlight.hold(key)) {
            NdjsonLines lines = new NdjsonLines(request, limits);
            Replies.stamp(request, response, cluster.view());
            response.setContentType(NdjsonLines.MEDIA_TYPE);
            response.setHeader("X-Content-Type-Options", "nosniff");
            BatchOperations operations = new BatchOperations(limits, protection);
            new BatchRun(cluster, queries, operations, bounds.maxRequestBytes(), key, lines, replies::count, response.getOutputStream()).run();
        }
    }
}
