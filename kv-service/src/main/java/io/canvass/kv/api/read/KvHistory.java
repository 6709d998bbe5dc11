package io.canvass.kv.api.read;

import java.io.IOException;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Freshness;
import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.KvQueries;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import tools.jackson.core.JsonGenerator;

/** {@code GET /v1/kv/{key}?history=true}: what a key held, newest first, as far as it is kept (KV-API.md, section 3). */
final class KvHistory {
    static final String PARAMETER = "history";
    static final String LIMIT = "limit";
    static final String BEFORE = "before";

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final ApiLimits limits;

    KvHistory(KvQueries reader, ClusterCalls cluster, ApiLimits limits) {
        this.reader = reader;
        this.cluster = cluster;
        this.limits = limits;
    }

    void get(
            Bytes key, QueryParameters query, ReadTerms terms, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        query.requireAbsent("a history is always JSON", "format");
        query.requireAbsent("a history is of all revisions; before says where it begins", ReadTerms.REVISION);
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");

        Freshness freshness = cluster.awaitFreshness(terms);
        KvQueries.History history = reader.history(key, query.number(BEFORE, 1), limit, limits.maxPageBytes());

        Replies.stamp(request, response, cluster.view());
        Replies.label(response, freshness, history.revision());
        if (history.versions().isEmpty()) {
            throw Problem.of(ProblemType.KEY_NOT_FOUND, "No version of the key is kept"
                            + query.text(BEFORE).map(before -> " from before revision " + before).orElse("")
                            + "; history goes back to revision " + history.compactRevision() + ". Nothing was read.")
                    .asException();
        }
        Replies.mustRevalidate(response);
        Replies.send(
                response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> write(json, key, history)));
    }

    private static void write(JsonGenerator json, Bytes key, KvQueries.History history) {
        KvJson.key(json, key);
        json.writeNumberProperty("revision", history.revision());
        json.writeNumberProperty("compactRevision", history.compactRevision());
        json.writeArrayPropertyStart("items");
        for (KvQueries.Version version : history.versions()) {
            json.writeStartObject();
            version.value().ifPresentOrElse(entry -> KvJson.version(json, entry), () -> {
                json.writeNumberProperty("revision", version.revision());
                json.writeBooleanProperty("deleted", true);
            });
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanProperty("more", history.more());
    }
}
