package io.canvass.kv.api.write;

import java.io.ByteArrayInputStream;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.JsonReader;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.raft.core.Bytes;

/** Reads the lines of a batch. Thread-safe. */
final class BatchOperations {
    private final ApiLimits limits;
    private final Protection protection;

    BatchOperations(ApiLimits limits, Protection protection) {
        this.limits = limits;
        this.protection = protection;
    }

    /** @throws ProblemException 400, 413, 428 */
    Operation read(byte[] line) {
        try (JsonReader json = new JsonReader(
                "The line", new ByteArrayInputStream(line), OperationJson.maxTextChars(limits))) {
            json.begin();
            Operation operation = OperationJson.conditional(json, limits, new Budget(WriteLimits.ofOne(limits))).read();
            json.end();
            requireUnprotected(operation);
            return operation;
        }
    }

    /** Of an operation that writes. */
    static Command command(Operation operation) {
        Command.Builder command = Command.newBuilder();
        switch (operation.getKindCase()) {
            case PUT -> command.setPut(operation.getPut());
            case DELETE -> command.setDelete(operation.getDelete());
            case DELETE_RANGE -> command.setDeleteRange(DeleteRange.newBuilder().setRange(operation.getDeleteRange()));
            case GET, KIND_NOT_SET -> throw new IllegalArgumentException("Not a write: " + operation.getKindCase());
        }
        return command.build();
    }

    static ByteString key(Operation operation) {
        return switch (operation.getKindCase()) {
            case PUT -> operation.getPut().getKey();
            case DELETE -> operation.getDelete().getKey();
            case GET -> operation.getGet().getKey();
            case DELETE_RANGE, KIND_NOT_SET -> ByteString.EMPTY;
        };
    }

    static Problem.Repeat repeat(Operation operation) {
        Precondition condition = operation.hasPut()
                ? operation.getPut().getPrecondition()
                : operation.getDelete().getPrecondition();
        return condition.hasAnyOf() || condition.getMustNotExist() ? Problem.Repeat.SAFE : Problem.Repeat.UNSAFE;
    }

    private void requireUnprotected(Operation operation) {
        if (operation.hasDeleteRange()) {
            protection.require(KeyRanges.span(operation.getDeleteRange()));
        } else if ((operation.hasPut() && !operation.getPut().hasPrecondition())
                || (operation.hasDelete() && !operation.getDelete().hasPrecondition())) {
            protection.require(Bytes.wrap(key(operation).toByteArray()), "Give the line an ifRevision or ifExists.");
        }
    }
}
