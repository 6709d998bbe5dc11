package io.canvass.kv.api.write;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.JsonNumbers;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.Counters;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Counters (KV-API.md, section 6). A counter is the key of its name, whose value is a decimal 64-bit number: a PUT sets it, a
 * watch sees it, and it may have a TTL.
 */
@Component
final class CounterRequests implements Endpoints {
    private static final String ROOT = "/v1/counters/";
    private static final String ADD = "add";
    private static final String MIN = "min";
    private static final String MAX = "max";
    private static final List<String> MEMBERS = List.of(ADD, MIN, MAX);
    private static final String FORM = "a whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,19}");

    private final KvQueries queries;
    private final ClusterCalls cluster;
    private final ApiLimits limits;

    CounterRequests(KvQueries queries, ClusterCalls cluster, ApiLimits limits) {
        this.queries = queries;
        this.cluster = cluster;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of(ROOT + "{name}", "GET", Access.to(Right.READ), this::get)
                .and("POST", Access.to(Right.WRITE), this::add)
                .and("DELETE", Access.to(Right.WRITE), this::delete));
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes key = key(request);
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");
        cluster.awaitFreshness(Consistency.LINEARIZABLE);
        KvReader.Lookup lookup = queries.get(key);
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Store-Revision", Long.toString(lookup.revision()));
        StoredValue entry = lookup.value()
                .orElseThrow(() -> Problem.of(ProblemType.KEY_NOT_FOUND, "There is no such counter at revision "
                                + lookup.revision() + " of the store. Nothing was read. The first POST makes it, from 0.")
                        .asException());
        OptionalLong value = Counters.parse(UnsafeByteOperations.unsafeWrap(entry.value().array()));
        if (value.isEmpty()) {
            throw Problem.of(ProblemType.NOT_A_NUMBER, "The key's value is not a decimal 64-bit number. Nothing was read."
                            + " Read it under " + KeyPath.TEXT_ROOT + ".")
                    .asException();
        }
        Replies.describe(response, entry);
        Replies.mustRevalidate(response);
        send(response, value.getAsLong(), entry.modRevision());
    }

    private void add(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes key = key(request);
        Amounts amounts = amounts(request);
        requireNoCondition(request);
        Add.Builder add = Add.newBuilder().setKey(unsafe(key)).setAmount(amounts.add());
        amounts.min().ifPresent(add::setMinimum);
        amounts.max().ifPresent(add::setMaximum);
        Result result = cluster.write(request, Command.newBuilder().setAdd(add).build(), Problem.Repeat.UNSAFE);
        switch (result.getOutcomeCase()) {
            case ADDED -> {
                Replies.stamp(request, response, cluster.view());
                Replies.describe(response, WriteRefusals.stored(result.getAdded().getEntry()));
                send(response, result.getAdded().getValue(), result.getAdded().getEntry().getModRevision());
            }
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw unexpected(result);
        }
    }

    private void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes key = key(request);
        QueryParameters.parse(request.getQueryString(), List.of());
        requireNoCondition(request);
        Command command = Command.newBuilder().setDelete(Delete.newBuilder().setKey(unsafe(key))).build();
        Result result = cluster.write(request, command, Problem.Repeat.UNSAFE);
        if (!result.hasDeleted()) {
            throw unexpected(result);
        }
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Revision", Long.toString(result.getRevision()));
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("deleted", result.getDeleted().getDeleted());
            json.writeNumberProperty("revision", result.getRevision());
        }));
    }

    private Bytes key(HttpServletRequest request) {
        return KeyPath.text(RawPath.of(request).substring(ROOT.length()), limits.maxKeyBytes());
    }

    private static void requireNoCondition(HttpServletRequest request) {
        RequestHeaders.requireKeepable(request);
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("A counter is changed without If-Match and If-None-Match; min and max bound it. With"
                    + " conditions, use its key under " + KeyPath.TEXT_ROOT + ".");
        }
    }

    private static void send(HttpServletResponse response, long value, long revision) throws IOException {
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeNumberProperty("value", value);
            json.writeNumberProperty("revision", revision);
        }));
    }

    private record Amounts(long add, Optional<Long> min, Optional<Long> max) {}

    /** Of the query or of the body, but not of both. */
    private static Amounts amounts(HttpServletRequest request) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), MEMBERS);
        @Nullable Long[] found = new @Nullable Long[MEMBERS.size()];
        for (int i = 0; i < found.length; i++) {
            String name = MEMBERS.get(i);
            found[i] = query.text(name).map(text -> number(name, text)).orElse(null);
        }
        JsonNumbers.read(request, MEMBERS, (i, number) -> {
            if (found[i] != null) {
                throw QueryParameters.invalid("Both the query and the body say '" + MEMBERS.get(i) + "'; give one of them.");
            }
            found[i] = number;
        });
        Long add = found[0];
        if (add == null) {
            throw QueryParameters.invalid("The request does not say what to add. Send {\"add\":1}, or ?add=1.");
        }
        Optional<Long> min = Optional.ofNullable(found[1]);
        Optional<Long> max = Optional.ofNullable(found[2]);
        if (min.isPresent() && max.isPresent() && min.get() > max.get()) {
            throw QueryParameters.invalid("min is " + min.get() + ", above max, which is " + max.get() + ".");
        }
        return new Amounts(add, min, max);
    }

    private static Long number(String name, String text) {
        try {
            if (NUMBER.matcher(text).matches()) {
                return Long.valueOf(text);
            }
        } catch (NumberFormatException e) {
            // As any other text: told below.
        }
        throw QueryParameters.invalid("The query parameter '" + name + "' is '" + Excerpt.of(text) + "'. It can be " + FORM
                + ".");
    }

    private static IllegalStateException unexpected(Result result) {
        return new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
    }

    private static ByteString unsafe(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }
}
