package io.canvass.kv.api.write;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.Result;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** {@code DELETE} of a range of keys, in one revision or, with {@code partial}, as many as one entry may. */
@Component
final class RangeDeletes implements Endpoints {
    private static final String DRY_RUN = "dry-run";
    private static final String PARTIAL = "partial";
    private static final List<String> PARAMETERS =
            Stream.concat(KeyRanges.PARAMETERS.stream(), Stream.of(DRY_RUN, PARTIAL)).toList();

    private final KvQueries queries;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final Protection protection;

    RangeDeletes(KvQueries queries, ClusterCalls cluster, ApiLimits limits, Protection protection) {
        this.queries = queries;
        this.cluster = cluster;
        this.limits = limits;
        this.protection = protection;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/kv", "DELETE", Access.to(Right.WRITE), this::delete));
    }

    private void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        KeyRange range = KeyRanges.of(query, limits.maxKeyBytes());
        RequestHeaders.requireKeepable(request);
        boolean dryRun = query.flag(DRY_RUN);
        boolean partial = query.flag(PARTIAL);
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("If-Match and If-None-Match are of one key, and this is a range. A transaction"
                    + " (POST /v1/txn) can compare keys and delete a range.");
        }
        if (dryRun) {
            count(range, request, response);
            return;
        }
        protection.require(KeyRanges.span(range));
        Command command = Command.newBuilder()
                .setDeleteRange(DeleteRange.newBuilder().setRange(range).setPartial(partial))
                .build();
        Result result = cluster.write(request, command, Problem.Repeat.UNSAFE);
        switch (result.getOutcomeCase()) {
            case DELETED -> deleted(result, partial, request, response);
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
        }
    }

    private void deleted(Result result, boolean partial, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Deleted deleted = result.getDeleted();
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Revision", Long.toString(result.getRevision()));
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("deleted", deleted.getDeleted());
            json.writeNumberProperty("revision", result.getRevision());
            if (partial) {
                json.writeBooleanProperty("more", deleted.getMore());
            }
        }));
    }

    /** Counts as far as one entry may delete, and says whether there are more. */
    private void count(KeyRange range, HttpServletRequest request, HttpServletResponse response) throws IOException {
        cluster.awaitFreshness(Consistency.LINEARIZABLE);
        KvQueries.RangePage page = queries.range(RangeQuery.of(KeyRanges.span(range), ApplyLimits.MAX_DELETED_KEYS, 0)
                .only(RangeQuery.Content.COUNT));
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Store-Revision", Long.toString(page.revision()));
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("deleted", 0);
            json.writeNumberProperty("wouldDelete", page.count());
            json.writeBooleanProperty("more", page.more());
            json.writeNumberProperty("revision", page.revision());
        }));
    }
}
