package io.canvass.kv.api.write;

import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.JsonReader;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Compare.Relation;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Txn;

/** A transaction as JSON has it (KV-API.md, section 6): {@code if}, {@code then} and {@code else}. For one thread. */
final class TxnJson {
    private static final List<String> MEMBERS = List.of("if", "then", "else");
    private static final List<String> COMPARE = List.of("key", "key64", "revision", "createRevision", "version", "value",
            "value64", "exists", "lease");
    private static final List<String> RELATIONS = List.of("eq", "ne", "gt", "gte", "lt", "lte");

    private final JsonReader json;
    private final OperationJson operations;
    private final Budget budget;

    private TxnJson(JsonReader json, ApiLimits limits, WriteLimits bounds) {
        this.json = json;
        this.budget = new Budget(bounds);
        this.operations = new OperationJson(json, limits, budget);
    }

    /** @throws ProblemException 400 {@code invalid-request}, 413 */
    static Txn read(InputStream body, ApiLimits limits, WriteLimits bounds) {
        try (JsonReader json = new JsonReader("The body", body, OperationJson.maxTextChars(limits))) {
            return new TxnJson(json, limits, bounds).txn();
        }
    }

    private Txn txn() {
        Txn.Builder txn = Txn.newBuilder();
        json.begin();
        json.object(MEMBERS, name -> {
            switch (name) {
                case "if" -> json.array(() -> txn.addCompare(compare()));
                case "then" -> operations(txn::addThen);
                default -> operations(txn::addOtherwise);
            }
        });
        if (txn.getCompareCount() + txn.getThenCount() + txn.getOtherwiseCount() == 0) {
            throw json.invalid("asks for nothing: give then, or if, or both");
        }
        json.end();
        return txn.build();
    }

    private void operations(Consumer<Operation> list) {
        Map<ByteString, String> written = new HashMap<>();
        json.array(() -> {
            Operation operation = operations.read();
            if (operation.hasPut() || operation.hasDelete()) {
                ByteString key = operation.hasPut() ? operation.getPut().getKey() : operation.getDelete().getKey();
                String before = written.putIfAbsent(key, json.subject());
                if (before != null) {
                    throw json.invalid("writes a key that is written before, by t" + before.substring(1)
                            + "; a transaction writes each key at most once");
                }
            }
            list.accept(operation);
        });
    }

    private Compare compare() {
        budget.operation();
        Compare.Builder compare = Compare.newBuilder();
        OperationJson.Slots slots = operations.new Slots();
        json.object(COMPARE, name -> {
            switch (name) {
                case "key", "key64" -> slots.read(name);
                default -> target(compare, name);
            }
        });
        if (compare.getTargetCase() == Compare.TargetCase.TARGET_NOT_SET) {
            throw json.invalid("compares nothing: give one of revision, createRevision, version, value, value64, exists and"
                    + " lease");
        }
        return compare.setKey(slots.requireKey()).build();
    }

    private void target(Compare.Builder compare, String name) {
        if (compare.getTargetCase() != Compare.TargetCase.TARGET_NOT_SET) {
            throw json.invalid("is a second comparison; each is an element of its own");
        }
        if (name.equals("exists")) {
            compare.setRelation(Relation.EQUAL).setExists(json.flag());
            return;
        }
        json.object(RELATIONS, relation -> {
            if (compare.getRelation() != Relation.UNKNOWN) {
                throw json.invalid("is a second relation; each comparison is an element of its own");
            }
            compare.setRelation(relation(relation));
            switch (name) {
                case "revision" -> compare.setModRevision(json.number(0, Long.MAX_VALUE));
                case "createRevision" -> compare.setCreateRevision(json.number(0, Long.MAX_VALUE));
                case "version" -> compare.setVersion(json.number(0, Long.MAX_VALUE));
                case "lease" -> compare.setLease(operations.lease(json.text()));
                default -> {
                    OperationJson.Slots value = operations.new Slots();
                    value.read(name);
                    compare.setValue(value.requireValue());
                }
            }
        });
        if (compare.getRelation() == Relation.UNKNOWN) {
            throw json.invalid("has none of " + String.join(", ", RELATIONS));
        }
    }

    private static Relation relation(String word) {
        return switch (word) {
            case "eq" -> Relation.EQUAL;
            case "ne" -> Relation.NOT_EQUAL;
            case "gt" -> Relation.GREATER;
            case "gte" -> Relation.GREATER_OR_EQUAL;
            case "lt" -> Relation.LESS;
            default -> Relation.LESS_OR_EQUAL;
        };
    }
}
