package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvReader;
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
    private static final List<String> PARAMETERS = List.of(Consistency.PARAMETER, FORMAT);

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final ApiLimits limits;

    KvReads(KvQueries reader, ClusterCalls cluster, ApiLimits limits) {
        this.reader = reader;
        this.cluster = cluster;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return KeyPath.TEMPLATES.stream().map(template -> Endpoint.of(template, "GET", this::get)).toList();
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes key = KeyPath.parse(RawPath.of(request), limits.maxKeyBytes());
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        Consistency consistency = Consistency.of(query);
        Format format = Format.of(query);
        RequestHeaders.requireAccepts(request, format.mediaType, format.advice);
        Condition condition = Condition.of(request);

        Consistency had = cluster.awaitFreshness(consistency);
        KvReader.Lookup lookup = reader.get(key);

        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", had.word());
        response.setHeader("Kv-Store-Revision", Long.toString(lookup.revision()));
        Optional<StoredValue> found = lookup.value();
        if (found.isEmpty()) {
            throw Problem.of(ProblemType.KEY_NOT_FOUND, "There is no such key at revision " + lookup.revision()
                    + " of the store. Nothing was read. Write it with PUT, or list what exists with GET"
                    + " /v1/kv?prefix=.")
                    .asException();
        }
        reply(condition, format, found.get(), response);
    }

    private static void reply(Condition condition, Format format, StoredValue entry, HttpServletResponse response)
            throws IOException {
        Replies.describe(response, entry);
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
