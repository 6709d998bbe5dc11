package io.canvass.kv.api.admin;

import java.io.IOException;
import java.util.List;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.JsonNumbers;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Result;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** {@code POST /v1/compact} (KV-API.md, section 7): history below a revision goes, for good. */
@Component
final class Compactions implements Endpoints {
    private static final String REVISION = "revision";

    private final ClusterCalls cluster;

    Compactions(ClusterCalls cluster) {
        this.cluster = cluster;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/compact", "POST", Access.to(Right.ADMIN), this::compact));
    }

    private void compact(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireKeepable(request);
        long[] revision = {0};
        JsonNumbers.read(request, List.of(REVISION), (_, number) -> {
            if (number < 1) {
                throw QueryParameters.invalid("The body's member 'revision' is " + number + "; revisions begin at 1.");
            }
            revision[0] = number;
        });
        if (revision[0] == 0) {
            throw QueryParameters.invalid("The body must name a revision, as {\"revision\":1042}.");
        }
        Command command = Command.newBuilder()
                .setCompact(Compact.newBuilder().setRevision(revision[0]))
                .build();
        Result result = cluster.write(request, command, Problem.Repeat.SAFE);
        switch (result.getOutcomeCase()) {
            case COMPACTED -> {
                Replies.stamp(request, response, cluster.view());
                Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
                    json.writeNumberProperty("compactRevision", result.getCompacted().getCompactRevision());
                    json.writeNumberProperty("revision", result.getRevision());
                }));
            }
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
        }
    }
}
