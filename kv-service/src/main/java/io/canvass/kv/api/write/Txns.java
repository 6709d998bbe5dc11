package io.canvass.kv.api.write;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.BodyStream;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.StoredValue;
import io.canvass.kv.store.Validity;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.OperationResult;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.proto.kv.v1.TxnDone;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;

/** {@code POST /v1/txn} (KV-API.md, section 6): comparisons, then one of two lists of operations, in one revision. */
@Component
final class Txns implements Endpoints {
    private static final String ON_FAIL = "on-fail";
    private static final List<String> PARAMETERS = List.of(ON_FAIL);
    /** An escape has six bytes for one; the rest is for names, brackets and blanks. */
    private static final long RAW_PER_BYTE = 8;

    private static final long RAW_BESIDE = 1 << 20;

    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WriteLimits bounds;
    private final Protection protection;

    Txns(ClusterCalls cluster, ApiLimits limits, WriteLimits bounds, Protection protection) {
        this.cluster = cluster;
        this.limits = limits;
        this.bounds = bounds;
        this.protection = protection;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/txn", "POST", Access.to(Right.READ, Right.WRITE), this::post));
    }

    private void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), PARAMETERS);
        boolean failIs412 = failIs412(query);
        RequestHeaders.requireKeepable(request);
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("If-Match and If-None-Match are of one key. A transaction compares in its 'if'.");
        }
        JsonBody.requireJson(request);
        Txn txn = TxnJson.read(
                BodyStream.bounded(request, RAW_PER_BYTE * bounds.maxRequestBytes() + RAW_BESIDE), limits, bounds);
        if (failIs412 && txn.getOtherwiseList().stream().anyMatch(operation -> !operation.hasGet())) {
            throw QueryParameters.invalid("With on-fail=412 the answer 412 says that nothing was changed, so 'else' can"
                    + " only read.");
        }
        Command command = Command.newBuilder().setTxn(txn).build();
        Optional<Refused> problem = Validity.problem(command);
        if (problem.isPresent()) {
            throw WriteRefusals.of(problem.get());
        }
        requireUnprotected(txn);

        Result result = cluster.write(request, command, Problem.Repeat.UNSAFE);
        switch (result.getOutcomeCase()) {
            case TXN -> reply(txn, result, failIs412, request, response);
            case REFUSED -> throw WriteRefusals.of(result.getRefused());
            default -> throw new IllegalStateException("The store answered a write with " + result.getOutcomeCase());
        }
    }

    private static boolean failIs412(QueryParameters query) {
        Optional<String> onFail = query.text(ON_FAIL);
        if (onFail.isPresent() && !onFail.get().equals("412")) {
            throw QueryParameters.invalid("The query parameter '" + ON_FAIL + "' is '" + Excerpt.of(onFail.get())
                    + "'. It can be 412; without it the answer is 200, whether the comparisons held or not.");
        }
        return onFail.isPresent();
    }

    /** A protected key must be compared to be written. */
    private void requireUnprotected(Txn txn) {
        Set<ByteString> compared = new HashSet<>();
        txn.getCompareList().stream().map(Compare::getKey).forEach(compared::add);
        List<Operation> operations = new ArrayList<>(txn.getThenList());
        operations.addAll(txn.getOtherwiseList());
        for (Operation operation : operations) {
            if (operation.hasDeleteRange()) {
                protection.require(KeyRanges.span(operation.getDeleteRange()));
            } else if (!operation.hasGet()) {
                ByteString key = operation.hasPut() ? operation.getPut().getKey() : operation.getDelete().getKey();
                if (!compared.contains(key)) {
                    protection.require(Bytes.wrap(key.toByteArray()), "Compare the key in 'if', by its revision or whether it"
                            + " exists.");
                }
            }
        }
    }

    private void reply(
            Txn txn, Result result, boolean failIs412, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        TxnDone done = result.getTxn();
        List<Operation> operations = done.getSucceeded() ? txn.getThenList() : txn.getOtherwiseList();
        if (failIs412 && !done.getSucceeded()) {
            throw Problem.of(ProblemType.PRECONDITION_FAILED, "A comparison of 'if' does not hold. Nothing was changed."
                            + " Read the keys, decide anew, and compare with what you read.")
                    .withMembers(json -> done(json, operations, result))
                    .asException();
        }
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Revision", Long.toString(result.getRevision()));
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> done(json, operations, result)));
    }

    private static void done(JsonGenerator json, List<Operation> operations, Result result) {
        json.writeBooleanProperty("succeeded", result.getTxn().getSucceeded());
        json.writeNumberProperty("revision", result.getRevision());
        json.writeArrayPropertyStart("results");
        for (int i = 0; i < operations.size(); i++) {
            json.writeStartObject();
            result(json, operations.get(i), result.getTxn().getResults(i));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Of the same name as the operation. */
    private static void result(JsonGenerator json, Operation operation, OperationResult result) {
        switch (result.getOutcomeCase()) {
            case WRITTEN -> {
                Written written = result.getWritten();
                json.writeObjectPropertyStart("put");
                KvJson.receipt(json, WriteRefusals.stored(written.getEntry()));
                if (operation.getPut().getReturnPrevious()) {
                    KvJson.previous(json, stored(written.hasPrevious(), written.getPrevious()));
                }
                json.writeEndObject();
            }
            case DELETED -> {
                Deleted deleted = result.getDeleted();
                json.writeObjectPropertyStart("delete");
                json.writeNumberProperty("deleted", deleted.getDeleted());
                if (operation.getDelete().getReturnPrevious()) {
                    KvJson.previous(json, stored(deleted.hasPrevious(), deleted.getPrevious()));
                }
                json.writeEndObject();
            }
            case GOT -> {
                if (result.getGot().hasEntry()) {
                    json.writeObjectPropertyStart("get");
                    KvJson.entry(json, WriteRefusals.stored(result.getGot().getEntry()));
                    json.writeEndObject();
                } else {
                    json.writeNullProperty("get");
                }
            }
            case OUTCOME_NOT_SET -> throw new IllegalStateException("The store left an operation without a result");
        }
    }

    private static Optional<StoredValue> stored(boolean present, KeyValue entry) {
        return present ? Optional.of(WriteRefusals.stored(entry)) : Optional.empty();
    }
}
