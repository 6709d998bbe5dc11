package io.canvass.kv.api.read;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Freshness;
import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.KeySpans;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.NdJson;
import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/**
 * {@code GET /v1/export?prefix=}: all keys and values of one revision, in a form that {@code POST /v1/import} reads
 * (KV-API.md, section 6).
 */
@Component
final class KvExport implements Endpoints {
    static final String PATH = "/v1/export";

    private static final List<String> PARAMETERS = ReadTerms.parametersAnd(KeySpans.PREFIX, KeySpans.PREFIX_64);

    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final RangeStreams streams;
    private final ReadTerms plain;

    KvExport(ClusterCalls cluster, ApiLimits limits, RangeStreams streams) {
        this.cluster = cluster;
        this.limits = limits;
        this.streams = streams;
        plain = ReadTerms.plain(limits);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of(PATH, "GET", Access.to(Right.READ), this::get));
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        KeySpan span = KeySpans.of(query, limits.maxKeyBytes());
        ReadTerms terms = ReadTerms.of(query, plain);
        RequestHeaders.requireAccepts(request, NdJson.MEDIA_TYPE, "Accept it or */*.");
        Freshness freshness = cluster.awaitFreshness(terms);
        RangeQuery first = RangeQuery.of(span, limits.maxPageItems(), limits.maxPageBytes());
        OptionalLong revision = terms.revision();
        streams.send(
                revision.isPresent() ? first.at(revision.getAsLong()) : first,
                // Of a prefix, or of everything, the start is the prefix.
                new NdJson.Export(span.start()),
                read -> {
                    Replies.stamp(request, response, cluster.view());
                    Replies.label(response, freshness, read);
                    response.setHeader("Content-Disposition", "attachment; filename=\"canvass-r" + read + ".ndjson\"");
                    response.setHeader("Cache-Control", "no-store");
                },
                request,
                response);
    }
}
