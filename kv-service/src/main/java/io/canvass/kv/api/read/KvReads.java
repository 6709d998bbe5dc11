package io.canvass.kv.api.read;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Conflicts;
import io.canvass.kv.api.calls.Freshness;
import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.api.watch.LongPoll;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.StoredValue;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * {@code GET} and {@code HEAD} of one key (KV-API.md, section 3). The body is the value; {@code format=json} is another
 * URL and so another representation, which is why both may have the same strong ETag.
 */
@Component
final class KvReads implements Endpoints {
    private static final String FORMAT = "format";
    private static final List<String> PARAMETERS = ReadTerms.parametersAnd(
            FORMAT, KvHistory.PARAMETER, KvHistory.LIMIT, KvHistory.BEFORE, LongPoll.PARAMETER);

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final KvHistory history;
    private final ReadTerms plain;
    private final LongPoll longPoll;

    KvReads(KvQueries reader, ClusterCalls cluster, ApiLimits limits, LongPoll longPoll) {
        this.reader = reader;
        this.cluster = cluster;
        this.limits = limits;
        history = new KvHistory(reader, cluster, limits);
        plain = ReadTerms.plain(limits);
        this.longPoll = longPoll;
    }

    @Override
    public List<Endpoint> endpoints() {
        Access access = Access.toKey(Right.READ, limits.maxKeyBytes());
        return KeyPath.TEMPLATES.stream()
                .map(template -> Endpoint.of(template, "GET", access, this::get))
                .toList();
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes key = KeyPath.parse(RawPath.of(request), limits.maxKeyBytes());
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        ReadTerms terms = ReadTerms.of(query, plain);
        if (query.flag(KvHistory.PARAMETER)) {
            history.get(key, query, terms, request, response);
            return;
        }
        query.requireAbsent("it belongs to history=true", KvHistory.LIMIT, KvHistory.BEFORE);
        Format format = Format.of(query);
        RequestHeaders.requireAccepts(request, format.mediaType, format.advice);
        Condition condition = Condition.of(request);
        Optional<LongPoll.Wait> wait = Optional.empty();
        if (terms.revision().isEmpty()) {
            wait = longPoll.of(request, query);
        } else {
            query.requireAbsent("what stood at a revision never changes", LongPoll.PARAMETER);
        }

        Freshness freshness = cluster.awaitFreshness(terms);
        wait.ifPresent(asked -> longPoll.await(asked, key, response));
        KvReader.Lookup lookup =
                terms.revision().isEmpty() ? reader.get(key) : reader.get(key, terms.revision().getAsLong());

        Replies.stamp(request, response, cluster.view());
        Replies.label(response, freshness, lookup.revision());
        reply(condition, format, lookup, response);
    }

    private void reply(Condition condition, Format format, KvReader.Lookup lookup, HttpServletResponse response)
            throws IOException {
        if (lookup.value().isEmpty()) {
            throw notFound(lookup.revision());
        }
        StoredValue entry = lookup.value().get();
        Replies.describe(response, entry);
        if (entry.lease() != 0) {
            describeLease(entry.lease(), response);
        }
        Replies.mustRevalidate(response);
        if (!condition.holds(OptionalLong.of(entry.modRevision()))) {
            switch (condition) {
                case Condition.MustNotExist unmet -> response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
                case Condition.NoneOf unmet -> response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
                case Condition.None unmet -> throw new IllegalStateException("No condition always holds");
                case Condition.MustExist unmet -> throw conflict(entry);
                case Condition.AnyOf unmet -> throw conflict(entry);
            }
            return;
        }
        switch (format) {
            case RAW -> {
                // Whoever stores HTML here must not get it run in this service's origin (CVE-2020-25864).
                response.setHeader("Content-Security-Policy", "sandbox");
                Replies.send(response, format.mediaType, entry.value().array());
            }
            case JSON -> Replies.send(
                    response, format.mediaType, KvJson.object(json -> KvJson.entry(json, entry)));
        }
    }

    /** As it was granted or last set: only the leader knows what is left of it. It may be gone by now. */
    private void describeLease(long lease, HttpServletResponse response) {
        reader.lease(lease).ifPresent(info -> response.setHeader(
                "Kv-Ttl", Durations.format(Duration.ofMillis(info.getTtlMillis()))));
    }

    private static ProblemException notFound(long revision) {
        return Problem.of(ProblemType.KEY_NOT_FOUND, "There is no such key at revision " + revision
                + " of the store. Nothing was read. Write it with PUT, or list what exists with GET"
                + " /v1/kv?prefix=.")
                .asException();
    }

    private static ProblemException conflict(StoredValue entry) {
        return Conflicts.unmet(Optional.of(entry), Conflicts.Show.REVISION).asException();
    }

    private enum Format {
        RAW(MediaType.APPLICATION_OCTET_STREAM_VALUE, "Accept it or */*, or add format=json for application/json."),
        JSON(MediaType.APPLICATION_JSON_VALUE, "Accept it or */*, or leave format=json out for the value itself.");

        private final String mediaType;
        private final String advice;

        Format(String mediaType, String advice) {
            this.mediaType = mediaType;
            this.advice = advice;
        }

        static Format of(QueryParameters query) {
            Optional<String> word = query.text(FORMAT);
            if (word.isEmpty()) {
                return RAW;
            }
            if (word.get().equals("json")) {
                return JSON;
            }
            throw QueryParameters.invalid("The query parameter 'format' is '" + Excerpt.of(word.get())
                    + "'. It can be json; without it the answer is the value itself.");
        }
    }
}
