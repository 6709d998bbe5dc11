package io.canvass.kv.store;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Added;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compacted;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.Got;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.OperationResult;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.proto.kv.v1.TxnDone;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.RaftConfig;

/**
 * What the store has to do, as plainly as it can be said: sorted maps in memory, and a copy of all keys for each
 * revision. Refusals carry no detail.
 */
final class StoreModel {
    static final Comparator<ByteString> ORDER =
            (one, other) -> Arrays.compareUnsigned(one.toByteArray(), other.toByteArray());

    private final TreeMap<ByteString, KeyValue> items = new TreeMap<>(ORDER);
    /** By revision: the keys as they were after it, and what it changed. */
    private final List<TreeMap<ByteString, KeyValue>> states = new ArrayList<>();

    private final List<List<String>> changes = new ArrayList<>();
    private final Map<ByteString, Receipt> receipts = new HashMap<>();
    private final LeaseModel leases = new LeaseModel(this);
    private final AuthModel auth = new AuthModel();
    private List<String> open = new ArrayList<>();
    private long compactRevision;
    private boolean hasTime;
    private long timeMillis;

    private record Receipt(ByteString digest, Result result, long timeMillis) {}

    StoreModel() {
        states.add(new TreeMap<>(ORDER));
        changes.add(List.of());
    }

    long revision() {
        return states.size() - 1L;
    }

    long compactRevision() {
        return compactRevision;
    }

    LeaseModel leases() {
        return leases;
    }

    AuthModel auth() {
        return auth;
    }

    /** The changes of one revision, as words. */
    List<String> changes(long revision) {
        return changes.get((int) revision);
    }

    SortedMap<ByteString, KeyValue> state(long revision) {
        return states.get((int) revision);
    }

    List<StoredValue> items(ByteString prefix) {
        return items.values().stream()
                .filter(item -> item.getKey().startsWith(prefix))
                .map(StoreModel::stored)
                .toList();
    }

    static StoredValue stored(KeyValue item) {
        return new StoredValue(
                Bytes.wrap(item.getKey().toByteArray()), Bytes.wrap(item.getValue().toByteArray()),
                item.getCreateRevision(), item.getModRevision(), item.getVersion(), item.getLease());
    }

    Result apply(Entry entry) {
        Command command = Commands.parse(entry.data());
        // Time begins with the first command that a store of format 1 has no rows for.
        hasTime = hasTime || Commands.requiredVersion(command) >= RaftConfig.TRANSACTIONS_VERSION;
        timeMillis = hasTime ? Math.max(timeMillis, entry.timestampMillis()) : 0;
        Optional<Refused> problem = Validity.problem(command);
        if (problem.isPresent()) {
            return refused(problem.get().getReason()).setRevision(revision()).build();
        }
        if (!auth.allows(command)) {
            return refused(Refused.Reason.FORBIDDEN).setRevision(revision()).build();
        }
        leases.actFor(command, auth);
        if (!command.hasIdempotency()) {
            return perform(command, entry);
        }
        ByteString key = command.getIdempotency().getKey();
        Receipt first = receipts.get(key);
        if (first != null && first.timeMillis() + ApplyLimits.RECEIPT_MILLIS >= timeMillis) {
            return first.digest().equals(command.getIdempotency().getDigest())
                    ? first.result().toBuilder().setReplayed(true).build()
                    : refused(Refused.Reason.IDEMPOTENCY_KEY_REUSED).setRevision(revision()).build();
        }
        Result result = perform(command, entry);
        receipts.put(key, new Receipt(command.getIdempotency().getDigest(), result, timeMillis));
        return result;
    }

    private Result perform(Command command, Entry entry) {
        Result.Builder result = switch (command.getKindCase()) {
            case PUT -> conditional(command.getPut().getPrecondition(), command.getPut().getKey(),
                    command.getPut().getReturnPrevious(), () -> put(command.getPut(), entry.index()));
            case DELETE -> conditional(command.getDelete().getPrecondition(), command.getDelete().getKey(),
                    command.getDelete().getReturnPrevious(), () -> Result.newBuilder().setDeleted(
                            delete(command.getDelete().getKey(), command.getDelete().getReturnPrevious())));
            case RAISE_REVISION -> raise(command.getRaiseRevision().getBy());
            case COMPACT -> compact(command.getCompact().getRevision());
            case DELETE_RANGE -> Result.newBuilder().setDeleted(
                    Deleted.newBuilder().setDeleted(deleteAll(command.getDeleteRange().getRange())));
            case TXN -> txn(command.getTxn(), entry.index());
            case ADD -> add(command.getAdd());
            case LEASE_GRANT -> leases.grant(command.getLeaseGrant().getTtlMillis(), entry.index());
            case LEASE_KEEP_ALIVE -> leases.keepAlive(command.getLeaseKeepAlive().getLease());
            case LEASE_REVOKE -> leases.revoke(command.getLeaseRevoke().getLease());
            case LEASE_EXPIRE -> leases.expire(command.getLeaseExpire(), entry.epoch());
            case LOCK_ACQUIRE -> leases.acquire(command.getLockAcquire(), entry.index());
            case LOCK_RELEASE -> leases.release(command.getLockRelease());
            case ROLE_PUT, ROLE_DELETE, PRINCIPAL_PUT, PRINCIPAL_DELETE -> auth.perform(command);
            case KIND_NOT_SET -> throw new AssertionError();
        };
        if (!open.isEmpty()) {
            states.add(new TreeMap<>(items));
            changes.add(open);
            open = new ArrayList<>();
        }
        return result.setRevision(revision()).build();
    }

    private Result.Builder raise(long by) {
        for (long i = 0; i < by; i++) {
            states.add(new TreeMap<>(items));
            changes.add(List.of());
        }
        compactRevision = revision();
        return Result.newBuilder();
    }

    /** The revision of changes that the command makes that is being applied. */
    long next() {
        return states.size();
    }

    void changed(String what) {
        open.add(what);
    }

    static Result.Builder refused(Refused.Reason reason) {
        return Result.newBuilder().setRefused(Refused.newBuilder().setReason(reason));
    }

    private interface Step {
        Result.Builder run();
    }

    private Result.Builder conditional(Precondition condition, ByteString key, boolean previous, Step step) {
        KeyValue before = items.getOrDefault(key, KeyValue.getDefaultInstance());
        if (holds(condition, items.containsKey(key), before.getModRevision())) {
            return step.run();
        }
        PreconditionFailed.Builder failed = PreconditionFailed.newBuilder();
        if (items.containsKey(key)) {
            failed.setCurrent(previous ? before : before.toBuilder().clearValue().build());
        }
        return Result.newBuilder().setPreconditionFailed(failed);
    }

    private Result.Builder put(Put put, long index) {
        Optional<Refused.Reason> why = leases.whyNot(put);
        return why.isPresent() ? refused(why.get()) : Result.newBuilder().setWritten(written(put, index));
    }

    private Written written(Put put, long index) {
        long lease = put.hasTtlMillis() ? leases.make(put.getTtlMillis(), index, true) : put.getLease();
        Written.Builder written = Written.newBuilder();
        KeyValue before = items.get(put.getKey());
        if (put.getReturnPrevious() && before != null) {
            written.setPrevious(before);
        }
        return written.setEntry(write(put.getKey(), put.getValue(), lease).toBuilder().clearValue()).build();
    }

    private KeyValue write(ByteString key, ByteString value, long lease) {
        KeyValue before = items.getOrDefault(key, KeyValue.getDefaultInstance());
        KeyValue after = KeyValue.newBuilder()
                .setKey(key)
                .setValue(value)
                .setCreateRevision(items.containsKey(key) ? before.getCreateRevision() : next())
                .setModRevision(next())
                .setVersion(before.getVersion() + 1)
                .setLease(lease)
                .build();
        items.put(key, after);
        changed("put " + TestLog.hex(key));
        leases.endIfBare(before.getLease());
        return after;
    }

    Deleted delete(ByteString key, boolean previous) {
        KeyValue before = items.remove(key);
        Deleted.Builder deleted = Deleted.newBuilder();
        if (before != null) {
            changed("delete " + TestLog.hex(key));
            deleted.setDeleted(1);
            if (previous) {
                deleted.setPrevious(before);
            }
            leases.endIfBare(before.getLease());
        }
        return deleted.build();
    }

    List<ByteString> keysWithLease(long lease) {
        return items.values().stream()
                .filter(item -> item.getLease() == lease)
                .map(KeyValue::getKey)
                .toList();
    }

    private int deleteAll(KeyRange range) {
        List<ByteString> keys = items.keySet().stream().filter(key -> contains(range, key)).toList();
        keys.forEach(key -> delete(key, false));
        return keys.size();
    }

    private static boolean contains(KeyRange range, ByteString key) {
        if (range.hasPrefix()) {
            return key.startsWith(range.getStart());
        }
        return ORDER.compare(key, range.getStart()) >= 0
                && (range.hasUnbounded() || ORDER.compare(key, range.getEnd()) < 0);
    }

    private Result.Builder compact(long revision) {
        if (revision > revision()) {
            return Result.newBuilder().setRefused(Refused.newBuilder()
                    .setReason(Refused.Reason.REVISION_IN_FUTURE)
                    .setLimit(revision())
                    .setActual(revision));
        }
        compactRevision = Math.max(compactRevision, revision);
        return Result.newBuilder().setCompacted(Compacted.newBuilder().setCompactRevision(compactRevision));
    }

    private Result.Builder add(Add add) {
        KeyValue before = items.get(add.getKey());
        BigInteger sum = BigInteger.valueOf(add.getAmount());
        if (before != null) {
            if (!before.getValue().toStringUtf8().matches("-?[0-9]{1,19}")) {
                return refused(Refused.Reason.NOT_A_NUMBER, Optional.of(before));
            }
            sum = sum.add(new BigInteger(before.getValue().toStringUtf8()));
        }
        if (sum.bitLength() > 63
                || (add.hasMinimum() && sum.compareTo(BigInteger.valueOf(add.getMinimum())) < 0)
                || (add.hasMaximum() && sum.compareTo(BigInteger.valueOf(add.getMaximum())) > 0)) {
            return refused(Refused.Reason.OUT_OF_RANGE, Optional.ofNullable(before));
        }
        KeyValue after = write(
                add.getKey(), ByteString.copyFromUtf8(sum.toString()), before == null ? 0 : before.getLease());
        return Result.newBuilder().setAdded(
                Added.newBuilder().setValue(sum.longValue()).setEntry(after.toBuilder().clearValue()));
    }

    private static Result.Builder refused(Refused.Reason reason, Optional<KeyValue> current) {
        Refused.Builder refused = Refused.newBuilder().setReason(reason);
        current.ifPresent(refused::setCurrent);
        return Result.newBuilder().setRefused(refused);
    }

    private Result.Builder txn(Txn txn, long index) {
        boolean succeeded = txn.getCompareList().stream().allMatch(this::holds);
        List<Operation> operations = succeeded ? txn.getThenList() : txn.getOtherwiseList();
        for (Operation operation : operations) {
            Optional<Refused.Reason> why =
                    operation.hasPut() ? leases.whyNot(operation.getPut()) : Optional.empty();
            if (why.isPresent()) {
                return refused(why.get());
            }
        }
        TxnDone.Builder done = TxnDone.newBuilder().setSucceeded(succeeded);
        operations.forEach(operation -> done.addResults(perform(operation, index)));
        return Result.newBuilder().setTxn(done);
    }

    private OperationResult perform(Operation operation, long index) {
        OperationResult.Builder result = OperationResult.newBuilder();
        return switch (operation.getKindCase()) {
            case PUT -> result.setWritten(written(operation.getPut(), index)).build();
            case DELETE -> result.setDeleted(
                    delete(operation.getDelete().getKey(), operation.getDelete().getReturnPrevious())).build();
            case DELETE_RANGE -> result.setDeleted(
                    Deleted.newBuilder().setDeleted(deleteAll(operation.getDeleteRange()))).build();
            case GET -> {
                KeyValue found = items.get(operation.getGet().getKey());
                yield result.setGot(found == null ? Got.getDefaultInstance() : Got.newBuilder().setEntry(found).build())
                        .build();
            }
            case KIND_NOT_SET -> throw new AssertionError();
        };
    }

    private boolean holds(Compare compare) {
        KeyValue item = items.getOrDefault(compare.getKey(), KeyValue.getDefaultInstance());
        boolean exists = items.containsKey(compare.getKey());
        int order = switch (compare.getTargetCase()) {
            // What does not exist is neither equal nor less nor greater.
            case VALUE -> exists ? Integer.signum(ORDER.compare(item.getValue(), compare.getValue())) : 2;
            case VERSION -> Long.compare(item.getVersion(), compare.getVersion());
            case MOD_REVISION -> Long.compare(item.getModRevision(), compare.getModRevision());
            case CREATE_REVISION -> Long.compare(item.getCreateRevision(), compare.getCreateRevision());
            case LEASE -> Long.compare(item.getLease(), compare.getLease());
            case EXISTS -> exists == compare.getExists() ? 0 : 2;
            case TARGET_NOT_SET -> throw new AssertionError();
        };
        return switch (compare.getRelation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order == 1;
            case GREATER_OR_EQUAL -> order == 1 || order == 0;
            case LESS -> order == -1;
            case LESS_OR_EQUAL -> order == -1 || order == 0;
            case UNKNOWN, UNRECOGNIZED -> throw new AssertionError();
        };
    }

    private static boolean holds(Precondition condition, boolean exists, long modRevision) {
        if (condition.hasMustExist()) {
            return exists || !condition.getMustExist();
        }
        if (condition.hasMustNotExist()) {
            return !exists || !condition.getMustNotExist();
        }
        if (condition.hasAnyOf()) {
            return exists && condition.getAnyOf().getModRevisionList().contains(modRevision);
        }
        if (condition.hasNoneOf()) {
            return !exists || !condition.getNoneOf().getModRevisionList().contains(modRevision);
        }
        return true;
    }
}
