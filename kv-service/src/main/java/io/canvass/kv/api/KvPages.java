package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;

import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvReader;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** {@code GET /v1/kv?prefix=}: a page of keys and values, as one consistent view (KV-API.md, section 3). */
@Component
final class KvPages implements Endpoints {
    static final String PATH = "/v1/kv";

    private static final String PREFIX = "prefix";
    private static final String LIMIT = "limit";
    private static final String MAX_BYTES = "max-bytes";
    private static final List<String> PARAMETERS = List.of(PREFIX, LIMIT, MAX_BYTES, Consistency.PARAMETER);

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final ApiLimits limits;

    KvPages(KvQueries reader, ClusterCalls cluster, ApiLimits limits) {
        this.reader = reader;
        this.cluster = cluster;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of(PATH, "GET", this::page));
    }

    private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        Bytes prefix = Bytes.ofUtf8(query.text(PREFIX).orElse(""));
        if (prefix.size() > limits.maxKeyBytes()) {
            throw QueryParameters.invalid("The query parameter 'prefix' is " + prefix.size()
                    + " bytes long; keys have at most "
                    + limits.maxKeyBytes() + ".");
        }
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        long maxBytes = query.count(MAX_BYTES, limits.maxPageBytes(), limits.maxPageBytes());
        Consistency consistency = Consistency.of(query);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");

        Consistency had = cluster.awaitFreshness(consistency);
        KvReader.Page page = reader.range(prefix, limit, maxBytes);

        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", had.word());
        response.setHeader("Kv-Store-Revision", Long.toString(page.revision()));
        Replies.mustRevalidate(response);
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> KvJson.page(json, page)));
    }
}
