package io.canvass.kv.api.calls;

import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JsonGenerator;

/** What apply refused, as a problem: every replica says the same, and nothing was changed. */
public final class WriteRefusals {
    private static final String UNDONE = " Nothing was changed.";

    private WriteRefusals() {}

    /** The problem of the refusal, with how the key stands where apply has told it. */
    public static ProblemException of(Refused refused) {
        return problem(refused).asException();
    }

    private static Problem problem(Refused refused) {
        String detail = refused.getDetail() + UNDONE;
        return switch (refused.getReason()) {
            case INVALID -> Problem.of(ProblemType.INVALID_REQUEST, detail);
            case DUPLICATE_KEY -> Problem.of(ProblemType.INVALID_REQUEST, detail + " Name each key once, outside of the ranges"
                    + " that are deleted.");
            case REVISION_IN_FUTURE -> Problem.of(ProblemType.REVISION_IN_FUTURE, detail + " Name at most revision "
                            + refused.getLimit() + ".")
                    .withMembers(json -> json.writeNumberProperty("revision", refused.getLimit()));
            case TOO_MANY_KEYS -> Problem.of(ProblemType.TOO_MANY_OPERATIONS, "More than " + refused.getLimit()
                            + " keys would be deleted at once." + UNDONE
                            + " Delete smaller ranges, or, with DELETE of a range, repeat it with partial=true.")
                    .withMembers(json -> bound(json, refused));
            case RESULT_TOO_LARGE -> Problem.of(ProblemType.TOO_MANY_OPERATIONS, "What the transaction reads has "
                            + refused.getActual() + " bytes or more, at most " + refused.getLimit() + " are allowed." + UNDONE
                            + " Read less at once.")
                    .withMembers(json -> bound(json, refused));
            case IDEMPOTENCY_KEY_REUSED -> Problem.of(ProblemType.IDEMPOTENCY_KEY_REUSED, "The Idempotency-Key was used"
                    + " before, for a request that asked for something else." + UNDONE + " Make up another key.");
            case NOT_A_NUMBER -> Problem.of(ProblemType.NOT_A_NUMBER, "The key's value is not a decimal 64-bit number." + UNDONE
                            + " Use another name, or overwrite the key with a number.")
                    .withMembers(json -> current(json, refused));
            case OUT_OF_RANGE -> Problem.of(ProblemType.OUT_OF_RANGE, detail + " Add less, or ask for other bounds.")
                    .withMembers(json -> current(json, refused));
            case LEASE_NOT_FOUND -> Problem.of(ProblemType.LEASE_NOT_FOUND, "There is no such lease; it may have ended." + UNDONE
                    + " Make another one by POST /v1/leases.");
            case TOO_MANY_LEASES -> Problem.of(ProblemType.TOO_MANY_LEASES, detail + " Let some end, or attach several keys to"
                            + " one.")
                    .withMembers(json -> bound(json, refused));
            case ROLE_NOT_FOUND -> Problem.of(ProblemType.ROLE_NOT_FOUND, detail);
            case ROLE_IN_USE -> Problem.of(ProblemType.ROLE_IN_USE, detail);
            case PRINCIPAL_EXISTS -> Problem.of(ProblemType.PRINCIPAL_EXISTS, detail);
            case PRINCIPAL_NOT_FOUND -> Problem.of(ProblemType.PRINCIPAL_NOT_FOUND, detail);
            case CERTIFICATE_TAKEN -> Problem.of(ProblemType.CERTIFICATE_TAKEN, detail);
            case TOO_MANY_ROLES, TOO_MANY_PRINCIPALS -> Problem.of(ProblemType.TOO_MANY_PRINCIPALS, detail)
                    .withMembers(json -> bound(json, refused));
            case LOCK_HELD, QUEUE_FULL, NOT_HOLDER, FORBIDDEN, UNKNOWN, UNRECOGNIZED ->
                throw new IllegalStateException("The store refused a write with " + refused.getReason());
        };
    }

    private static void bound(JsonGenerator json, Refused refused) {
        json.writeNumberProperty("limit", refused.getLimit());
        json.writeNumberProperty("actual", refused.getActual());
    }

    /** As it stands; a counter that does not exist stands at nothing. */
    private static void current(JsonGenerator json, Refused refused) {
        json.writeObjectPropertyStart("current");
        json.writeBooleanProperty("exists", refused.hasCurrent());
        if (refused.hasCurrent()) {
            KvJson.entry(json, stored(refused.getCurrent()));
        }
        json.writeEndObject();
    }

    /** A key as the state machine's answers carry it, as the store's own type. */
    public static StoredValue stored(KeyValue entry) {
        return new StoredValue(
                Bytes.wrap(entry.getKey().toByteArray()), Bytes.wrap(entry.getValue().toByteArray()),
                entry.getCreateRevision(), entry.getModRevision(), entry.getVersion(), entry.getLease());
    }
}
