package io.canvass.kv.store;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;

/** What can be said against a command without looking at the store. Apply asks it; whoever proposes may ask before. */
public final class Validity {
    private Validity() {}

    /** Why {@code command} is refused whatever the store holds; empty if it is not. */
    public static Optional<Refused> problem(Command command) {
        Optional<Refused> kind = switch (command.getKindCase()) {
            case PUT -> ofPut(command.getPut());
            case DELETE, RAISE_REVISION, COMPACT, LEASE_KEEP_ALIVE, LEASE_REVOKE, LEASE_EXPIRE -> Optional.empty();
            case DELETE_RANGE -> ofRange(command.getDeleteRange().getRange());
            case TXN -> ofTxn(command.getTxn());
            case ADD -> ofAdd(command.getAdd());
            case LEASE_GRANT -> ofTtl(command.getLeaseGrant().getTtlMillis());
            case LOCK_ACQUIRE -> ofAcquire(command.getLockAcquire());
            case LOCK_RELEASE -> ofRelease(command.getLockRelease());
            case ROLE_PUT -> AuthValidity.ofRole(command.getRolePut());
            case ROLE_DELETE -> AuthValidity.ofName(command.getRoleDelete().getName());
            case PRINCIPAL_PUT -> AuthValidity.ofPrincipal(command.getPrincipalPut());
            case PRINCIPAL_DELETE -> AuthValidity.ofName(command.getPrincipalDelete().getName());
            case KIND_NOT_SET -> Optional.of(Refusals.invalid("The command says nothing of what to do."));
        };
        return kind.or(() -> command.hasIdempotency() ? ofIdempotency(command.getIdempotency()) : Optional.empty())
                .or(() -> command.hasAuthority() ? AuthValidity.ofAuthority(command.getAuthority()) : Optional.empty());
    }

    private static Optional<Refused> unless(boolean holds, String detail) {
        return holds ? Optional.empty() : Optional.of(Refusals.invalid(detail));
    }

    private static Optional<Refused> ofPut(Put put) {
        return put.hasTtlMillis() ? ofTtl(put.getTtlMillis()) : Optional.empty();
    }

    private static Optional<Refused> ofTtl(long millis) {
        return unless(
                millis > 0 && millis <= ApplyLimits.MAX_TTL_MILLIS,
                "A TTL has from 1 to " + ApplyLimits.MAX_TTL_MILLIS + " milliseconds.");
    }

    private static Optional<Refused> ofAdd(Add add) {
        return unless(
                !add.hasMinimum() || !add.hasMaximum() || add.getMinimum() <= add.getMaximum(),
                "The minimum is above the maximum.");
    }

    private static Optional<Refused> ofIdempotency(Idempotency idempotency) {
        int key = idempotency.getKey().size();
        int digest = idempotency.getDigest().size();
        return unless(
                key > 0
                        && key <= ApplyLimits.MAX_IDEMPOTENCY_KEY_BYTES
                        && digest > 0
                        && digest <= ApplyLimits.MAX_DIGEST_BYTES,
                "An idempotency key has 1 to " + ApplyLimits.MAX_IDEMPOTENCY_KEY_BYTES + " bytes, a digest 1 to "
                        + ApplyLimits.MAX_DIGEST_BYTES + ".");
    }

    private static Optional<Refused> ofAcquire(LockAcquire ask) {
        return ofLock(ask.getSpace(), ask.getName())
                .or(() -> unless(isName(ask.getOwner()), "An owner has 1 to " + ApplyLimits.MAX_NAME_BYTES + " bytes."))
                .or(() -> unless(ask.hasLease() || ask.hasTtlMillis(), "A lock needs a lease or a TTL."))
                .or(() -> ask.hasTtlMillis() ? ofTtl(ask.getTtlMillis()) : Optional.empty());
    }

    private static Optional<Refused> ofRelease(LockRelease ask) {
        return ofLock(ask.getSpace(), ask.getName());
    }

    private static Optional<Refused> ofLock(LockSpace space, ByteString name) {
        return unless(
                space != LockSpace.LOCK_SPACE_UNKNOWN && isName(name),
                "A lock is one of a known space, and its name has 1 to " + ApplyLimits.MAX_NAME_BYTES + " bytes.");
    }

    private static boolean isName(ByteString name) {
        return !name.isEmpty() && name.size() <= ApplyLimits.MAX_NAME_BYTES;
    }

    private static Optional<Refused> ofRange(KeyRange range) {
        return unless(
                range.hasEnd() || (range.hasUnbounded() && range.getUnbounded())
                        || (range.hasPrefix() && range.getPrefix()),
                "A range needs an end, or to say that it is unbounded or of a prefix.");
    }

    private static Optional<Refused> ofTxn(Txn txn) {
        for (Compare compare : txn.getCompareList()) {
            Optional<Refused> problem = ofCompare(compare);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return ofOperations(txn.getThenList()).or(() -> ofOperations(txn.getOtherwiseList()));
    }

    private static Optional<Refused> ofCompare(Compare compare) {
        boolean equality = compare.getRelation() == Compare.Relation.EQUAL
                || compare.getRelation() == Compare.Relation.NOT_EQUAL;
        return unless(
                compare.getRelation() != Compare.Relation.UNKNOWN
                        && compare.getTargetCase() != Compare.TargetCase.TARGET_NOT_SET
                        && (equality || !compare.hasExists()),
                "A comparison needs a relation and a target; whether a key exists is equal or not equal.");
    }

    private static Optional<Refused> ofOperations(List<Operation> operations) {
        NavigableSet<byte[]> written = new TreeSet<>(Arrays::compareUnsigned);
        for (Operation operation : operations) {
            Optional<Refused> problem = ofOperation(operation);
            if (problem.isPresent()) {
                return problem;
            }
            if (operation.hasPut() || operation.hasDelete()) {
                ByteString key = operation.hasPut() ? operation.getPut().getKey() : operation.getDelete().getKey();
                if (!written.add(key.toByteArray())) {
                    return duplicate();
                }
            }
        }
        return rangesApart(operations, written) ? Optional.empty() : duplicate();
    }

    private static Optional<Refused> duplicate() {
        return Optional.of(Refusals.of(Refused.Reason.DUPLICATE_KEY, "A transaction writes each key at most once.")
                .build());
    }

    private static Optional<Refused> ofOperation(Operation operation) {
        return switch (operation.getKindCase()) {
            case PUT -> unless(!operation.getPut().hasPrecondition(), "A transaction has comparisons instead.")
                    .or(() -> ofPut(operation.getPut()));
            case DELETE -> unless(!operation.getDelete().hasPrecondition(), "A transaction has comparisons instead.");
            case DELETE_RANGE -> ofRange(operation.getDeleteRange());
            case GET -> Optional.empty();
            case KIND_NOT_SET -> Optional.of(Refusals.invalid("An operation says nothing of what to do."));
        };
    }

    /** Whether no range holds a key that is written otherwise, and no two ranges meet. */
    private static boolean rangesApart(List<Operation> operations, NavigableSet<byte[]> written) {
        List<KeySpan> spans = operations.stream()
                .filter(Operation::hasDeleteRange)
                .map(operation -> span(operation.getDeleteRange()))
                .filter(span -> !span.isEmpty())
                .sorted((one, other) -> Arrays.compareUnsigned(one.start().array(), other.start().array()))
                .toList();
        for (int i = 0; i < spans.size(); i++) {
            byte[] start = spans.get(i).start().array();
            byte[] key = written.ceiling(start);
            if (key != null && spans.get(i).endsAfter(key)) {
                return false;
            }
            if (i > 0 && spans.get(i - 1).endsAfter(start)) {
                return false;
            }
        }
        return true;
    }

    /** @param range one that {@link #problem} has nothing against */
    static KeySpan span(KeyRange range) {
        Bytes start = Bytes.wrap(range.getStart().toByteArray());
        if (range.hasEnd()) {
            return KeySpan.between(start, Bytes.wrap(range.getEnd().toByteArray()));
        }
        return range.hasPrefix() ? KeySpan.prefix(start) : KeySpan.from(start);
    }
}
