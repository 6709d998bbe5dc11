package io.canvass.kv.api.write;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Conflicts;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
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
import io.canvass.kv.api.http.ValueBody;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.lease.LeaseIds;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * {@code PUT} and {@code DELETE} of one key (KV-API.md, section 3). Everything that the headers and the URL can be
 * refused for is refused before the body is read, so a client that waits for {@code 100 Continue} need not send it.
 *
 * <p>A created key is answered 201 without {@code Location}: the key's URL is the request's (RFC 9110, section 15.3.2).
 */
@Component
final class KvWrites implements Endpoints {
    private static final String PREV = "prev";
    private static final String TTL = "ttl";
    private static final String LEASE = "lease";
    private static final List<String> PUT_PARAMETERS = List.of(PREV, TTL, LEASE);
    private static final List<String> DELETE_PARAMETERS = List.of(PREV);

    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final Protection protection;

    KvWrites(ClusterCalls cluster, ApiLimits limits, Protection protection) {
        this.cluster = cluster;
        this.limits = limits;
        this.protection = protection;
    }

    @Override
    public List<Endpoint> endpoints() {
        Access access = Access.toKey(Right.WRITE, limits.maxKeyBytes());
        return KeyPath.TEMPLATES.stream()
                .map(template -> Endpoint.of(template, "PUT", access, this::put).and("DELETE", access, this::delete))
                .toList();
    }

    private void put(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PUT_PARAMETERS);
        Ask ask = ask(request, query);
        Put.Builder put = Put.newBuilder().setKey(unsafe(ask.key)).setReturnPrevious(ask.wantsPrevious);
        if (!(ask.condition instanceof Condition.None)) {
            put.setPrecondition(ask.condition.toPrecondition());
        }
        live(put, query);
        put.setValue(unsafe(ValueBody.read(request, limits.maxValueBytes())));

        Result result = cluster.write(request, Command.newBuilder().setPut(put).build(), ask.condition.repeat());
        switch (result.getOutcomeCase()) {
            case WRITTEN -> written(ask, result.getWritten(), request, response);
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            case PRECONDITION_FAILED -> throw conflict(ask, result.getPreconditionFailed());
            default -> throw unexpected(result);
        }
    }

    private void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Ask ask = ask(request, QueryParameters.parse(request.getQueryString(), DELETE_PARAMETERS));
        Delete.Builder delete = Delete.newBuilder().setKey(unsafe(ask.key)).setReturnPrevious(ask.wantsPrevious);
        if (!(ask.condition instanceof Condition.None)) {
            delete.setPrecondition(ask.condition.toPrecondition());
        }

        Result result = cluster.write(request, Command.newBuilder().setDelete(delete).build(), ask.condition.repeat());
        switch (result.getOutcomeCase()) {
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            case DELETED -> deleted(ask, result.getRevision(), result.getDeleted(), request, response);
            case PRECONDITION_FAILED -> throw conflict(ask, result.getPreconditionFailed());
            default -> throw unexpected(result);
        }
    }

    /** How long the key lives. */
    private static void live(Put.Builder put, QueryParameters query) {
        Optional<String> ttl = query.text(TTL);
        Optional<String> lease = query.text(LEASE);
        if (ttl.isPresent() && lease.isPresent()) {
            throw QueryParameters.invalid("The query has both 'ttl' and 'lease'. ttl grants the key a lease of its own, so"
                    + " only one of them can count.");
        }
        ttl.ifPresent(text -> put.setTtlMillis(Durations.parse(
                        "The query parameter 'ttl'", text, Duration.ofMillis(1),
                        Duration.ofMillis(ApplyLimits.MAX_TTL_MILLIS))
                .toMillis()));
        lease.ifPresent(text -> put.setLease(LeaseIds.parse(text)
                .orElseThrow(() -> QueryParameters.invalid("The query parameter 'lease' is '" + Excerpt.of(text)
                        + "'. It must be " + LeaseIds.FORM + "."))));
    }

    private Ask ask(HttpServletRequest request, QueryParameters query) {
        Bytes key = KeyPath.parse(RawPath.of(request), limits.maxKeyBytes());
        RequestHeaders.requireKeepable(request);
        boolean wantsPrevious = query.flag(PREV);
        // Both at once cannot be had; a preference may be passed over (RFC 7240), what the URL asks for may not.
        boolean minimal = !wantsPrevious && RequestHeaders.prefersMinimal(request);
        Condition condition = Condition.of(request);
        if (condition instanceof Condition.None) {
            protection.require(key, "Send If-Match with the ETag that you read, or If-None-Match: * to create the key.");
        }
        return new Ask(key, condition, wantsPrevious, minimal);
    }

    private void written(Ask ask, Written written, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        StoredValue entry = stored(written.getEntry());
        Replies.stamp(request, response, cluster.view());
        Replies.describe(response, entry);
        if (ask.minimal) {
            noContent(response);
            return;
        }
        response.setStatus(entry.version() == 1 ? HttpServletResponse.SC_CREATED : HttpServletResponse.SC_OK);
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            KvJson.receipt(json, entry);
            if (ask.wantsPrevious) {
                KvJson.previous(json, stored(written.hasPrevious(), written.getPrevious()));
            }
        }));
    }

    private void deleted(
            Ask ask, long revision, Deleted deleted, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Revision", Long.toString(revision));
        if (ask.minimal) {
            noContent(response);
            return;
        }
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("deleted", deleted.getDeleted());
            json.writeNumberProperty("revision", revision);
            if (ask.wantsPrevious) {
                KvJson.previous(json, stored(deleted.hasPrevious(), deleted.getPrevious()));
            }
        }));
    }

    private static void noContent(HttpServletResponse response) {
        response.setHeader("Preference-Applied", "return=minimal");
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private static ProblemException conflict(Ask ask, PreconditionFailed failed) {
        Conflicts.Show show = ask.wantsPrevious ? Conflicts.Show.VALUE : Conflicts.Show.REVISION;
        return Conflicts.unmet(stored(failed.hasCurrent(), failed.getCurrent()), show).asException();
    }

    private static IllegalStateException unexpected(Result result) {
        return new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
    }

    /** Protobuf's pair of {@code has} and {@code get} as one value. */
    private static Optional<StoredValue> stored(boolean present, KeyValue entry) {
        return present ? Optional.of(stored(entry)) : Optional.empty();
    }

    private static StoredValue stored(KeyValue entry) {
        return WriteRefusals.stored(entry);
    }

    /** Without a copy: {@link Bytes} promises that nobody writes to the array. */
    private static ByteString unsafe(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    /** @param minimal whether the answer is to be 204 */
    private record Ask(Bytes key, Condition condition, boolean wantsPrevious, boolean minimal) {}
}
