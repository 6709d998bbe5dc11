package io.canvass.kv.api.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Freshness;
import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.json.NdJson;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/kv?prefix=}: a page of keys and values, as one consistent view; how many there are; or, as {@code
 * application/x-ndjson}, all of them (KV-API.md, section 3).
 */
@Component
final class KvPages implements Endpoints {
    static final String PATH = "/v1/kv";

    private static final String LIMIT = "limit";
    private static final String MAX_BYTES = "max-bytes";
    private static final List<String> PARAMETERS = parameters();

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final RangeStreams streams;
    private final RangeCounts counts;
    private final ReadTerms plain;

    KvPages(KvQueries reader, ClusterCalls cluster, ApiLimits limits, RangeStreams streams) {
        this.reader = reader;
        this.cluster = cluster;
        this.limits = limits;
        this.streams = streams;
        counts = new RangeCounts(reader, System::nanoTime);
        plain = ReadTerms.plain(limits);
    }

    private static List<String> parameters() {
        List<String> names = new ArrayList<>(RangeRequest.PARAMETERS);
        names.addAll(List.of(LIMIT, MAX_BYTES, PageCursor.PARAMETER));
        names.addAll(ReadTerms.PARAMETERS);
        return List.copyOf(names);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of(PATH, "GET", Access.to(Right.READ), this::get));
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        RangeRequest range = RangeRequest.of(query, limits.maxKeyBytes());
        ReadTerms terms = ReadTerms.of(query, plain);
        response.setHeader("Vary", "Accept");
        if (RequestHeaders.prefers(request, NdJson.MEDIA_TYPE, MediaType.APPLICATION_JSON_VALUE)) {
            stream(query, range, terms, request, response);
            return;
        }
        RequestHeaders.requireAccepts(
                request, MediaType.APPLICATION_JSON_VALUE, "Accept it, " + NdJson.MEDIA_TYPE + " or */*.");
        if (range.content() == RangeQuery.Content.COUNT) {
            count(query, range, terms, request, response);
        } else {
            page(query, range, terms, request, response);
        }
    }

    private void page(
            QueryParameters query,
            RangeRequest range,
            ReadTerms terms,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        long maxBytes = query.count(MAX_BYTES, limits.maxPageBytes(), limits.maxPageBytes());
        Optional<PageCursor> cursor =
                query.text(PageCursor.PARAMETER).map(text -> PageCursor.parse(text, range));
        cursor.ifPresent(given -> requireSame(terms.revision(), given));

        // A node that is behind the one that gave the cursor catches up first.
        Freshness freshness = cluster.awaitFreshness(
                cursor.map(given -> terms.atLeast(given.revision())).orElse(terms));
        KvQueries.RangePage page = reader.range(cursor
                .map(given -> range.query(limit, maxBytes, OptionalLong.of(given.revision())).after(given.last()))
                .orElseGet(() -> range.query(limit, maxBytes, terms.revision())));

        Optional<String> next = page.more()
                ? page.last().map(last -> new PageCursor(page.revision(), last).encode(range))
                : Optional.empty();
        next.ifPresent(following -> response.setHeader(
                "Link", "<" + PATH + "?" + query.with(PageCursor.PARAMETER, following) + ">; rel=\"next\""));
        label(freshness, page.revision(), request, response);
        Replies.send(
                response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> write(json, range, page, next)));
    }

    private static void requireSame(OptionalLong revision, PageCursor cursor) {
        if (revision.isPresent() && revision.getAsLong() != cursor.revision()) {
            throw QueryParameters.invalid("The cursor is of revision " + cursor.revision() + ", and the parameter '"
                    + ReadTerms.REVISION + "' is " + revision.getAsLong() + ". All pages are of one revision.");
        }
    }

    private static void write(
            JsonGenerator json, RangeRequest range, KvQueries.RangePage page, Optional<String> next) {
        json.writeNumberProperty("revision", page.revision());
        json.writeArrayPropertyStart("items");
        page.items().forEach(item -> {
            json.writeStartObject();
            KvJson.item(json, item, range.content());
            json.writeEndObject();
        });
        json.writeEndArray();
        if (range.separator().isPresent()) {
            KvJson.folders(json, page.folders());
        }
        json.writeNumberProperty("count", page.count());
        json.writeBooleanProperty("more", page.more());
        next.ifPresent(cursor -> json.writeStringProperty("next", cursor));
    }

    private void count(
            QueryParameters query,
            RangeRequest range,
            ReadTerms terms,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        query.requireAbsent("count-only counts the whole range", LIMIT, MAX_BYTES, PageCursor.PARAMETER);
        long startNanos = System.nanoTime();
        Freshness freshness = cluster.awaitFreshness(terms);
        RangeCounts.Count count = counts.count(range, terms, startNanos);
        label(freshness, count.revision(), request, response);
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("revision", count.revision());
            json.writeNumberProperty("count", count.count());
        }));
    }

    private void stream(
            QueryParameters query,
            RangeRequest range,
            ReadTerms terms,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        query.requireAbsent("a stream is of the whole range", LIMIT, MAX_BYTES, PageCursor.PARAMETER);
        query.requireAbsent("it is for pages", RangeRequest.COUNT_ONLY, RangeRequest.SEPARATOR);
        Freshness freshness = cluster.awaitFreshness(terms);
        streams.send(
                range.query(limits.maxPageItems(), limits.maxPageBytes(), terms.revision()),
                new NdJson.Range(range.content()),
                revision -> label(freshness, revision, request, response),
                request,
                response);
    }

    private void label(
            Freshness freshness,
            long revision,
            HttpServletRequest request,
            HttpServletResponse response) {
        Replies.stamp(request, response, cluster.view());
        Replies.label(response, freshness, revision);
        Replies.mustRevalidate(response);
    }
}
