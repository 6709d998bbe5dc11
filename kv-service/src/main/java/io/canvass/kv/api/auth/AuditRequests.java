package io.canvass.kv.api.auth;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.security.AuditLog;
import io.canvass.kv.store.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;

/** {@code GET /v1/audit?after=…}: the newest changes and refusals of this node, oldest first. */
@Component
final class AuditRequests implements Endpoints {
    private static final long MOST = 999_999_999_999_999L;

    private final AuditLog audit;
    private final ClusterCalls cluster;
    private final ApiLimits limits;

    AuditRequests(AuditLog audit, ClusterCalls cluster, ApiLimits limits) {
        this.audit = audit;
        this.cluster = cluster;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/audit", "GET", Access.to(Right.ADMIN), this::get));
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), List.of("after", "limit"));
        long after = query.count("after", 0, MOST);
        int limit = (int) query.count("limit", limits.defaultPageItems(), limits.maxPageItems());
        AuditLog.Page page = audit.page(after, limit);
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeStringProperty("node", cluster.view().nodeId());
            json.writeNumberProperty("oldest", page.oldest());
            json.writeNumberProperty("newest", page.newest());
            json.writeArrayPropertyStart("items");
            page.entries().forEach(entry -> write(json, entry));
            json.writeEndArray();
        }));
    }

    private static void write(JsonGenerator json, AuditLog.Entry entry) {
        json.writeStartObject();
        json.writeNumberProperty("sequence", entry.sequence());
        json.writeStringProperty("time", Instant.ofEpochMilli(entry.timeMillis()).toString());
        json.writeStringProperty("event", entry.event().word());
        json.writeStringProperty("principal", entry.principal());
        json.writeStringProperty("remote", entry.remote());
        json.writeStringProperty("method", entry.method());
        json.writeStringProperty("path", entry.path());
        if (entry.status() != 0) {
            json.writeNumberProperty("status", entry.status());
        }
        json.writeStringProperty("requestId", entry.requestId());
        if (!entry.detail().isEmpty()) {
            json.writeStringProperty("detail", entry.detail());
        }
        json.writeEndObject();
    }
}
