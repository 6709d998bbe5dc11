package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
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
    private static final List<String> PARAMETERS = List.of(PREV);

    private final ClusterCalls cluster;
    private final ApiLimits limits;

    KvWrites(ClusterCalls cluster, ApiLimits limits) {
        this.cluster = cluster;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return KeyPath.TEMPLATES.stream()
                .map(template -> Endpoint.of(template, "PUT", this::put).and("DELETE", this::delete))
                .toList();
    }

    private void put(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Ask ask = ask(request);
        Put.Builder put = Put.newBuilder().setKey(unsafe(ask.key)).setReturnPrevious(ask.wantsPrevious);
        if (!(ask.condition instanceof Condition.None)) {
            put.setPrecondition(ask.condition.toPrecondition());
        }
        put.setValue(unsafe(ValueBody.read(request, limits.maxValueBytes())));

        Result result = cluster.write(request, Command.newBuilder().setPut(put).build(), ask.condition.repeat());
        switch (result.getOutcomeCase()) {
            case WRITTEN -> written(ask, result.getWritten(), request, response);
            case PRECONDITION_FAILED -> throw conflict(ask, result.getPreconditionFailed());
            default -> throw unexpected(result);
        }
    }

    private void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Ask ask = ask(request);
        Delete.Builder delete = Delete.newBuilder().setKey(unsafe(ask.key)).setReturnPrevious(ask.wantsPrevious);
        if (!(ask.condition instanceof Condition.None)) {
            delete.setPrecondition(ask.condition.toPrecondition());
        }

        Result result = cluster.write(request, Command.newBuilder().setDelete(delete).build(), ask.condition.repeat());
        switch (result.getOutcomeCase()) {
            case DELETED -> deleted(ask, result.getRevision(), result.getDeleted(), request, response);
            case PRECONDITION_FAILED -> throw conflict(ask, result.getPreconditionFailed());
            default -> throw unexpected(result);
        }
    }

    private Ask ask(HttpServletRequest request) {
        Bytes key = KeyPath.parse(RawPath.of(request), limits.maxKeyBytes());
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        RequestHeaders.requireKeepable(request);
        boolean wantsPrevious = query.flag(PREV);
        // Both at once cannot be had; a preference may be passed over (RFC 7240), what the URL asks for may not.
        boolean minimal = !wantsPrevious && RequestHeaders.prefersMinimal(request);
        return new Ask(key, Condition.of(request), wantsPrevious, minimal);
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
        return new StoredValue(
                Bytes.wrap(entry.getKey().toByteArray()), Bytes.wrap(entry.getValue().toByteArray()),
                entry.getCreateRevision(), entry.getModRevision(), entry.getVersion(), entry.getLease());
    }

    /** Without a copy: {@link Bytes} promises that nobody writes to the array. */
    private static ByteString unsafe(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    /** @param minimal whether the answer is to be 204 */
    private record Ask(Bytes key, Condition condition, boolean wantsPrevious, boolean minimal) {}
}
