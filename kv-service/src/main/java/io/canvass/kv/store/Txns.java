package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.Got;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.OperationResult;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.proto.kv.v1.TxnDone;
import io.canvass.proto.kv.v1.Written;
import org.rocksdb.RocksDBException;

/** Transactions: comparisons, then one of two lists of operations, in one revision. */
final class Txns {
    private final Draft draft;
    private final Keys keys;

    Txns(Draft draft, Keys keys) {
        this.draft = draft;
        this.keys = keys;
    }

    /** @param txn one that {@link Validity} has nothing against */
    Result.Builder apply(Txn txn) throws RocksDBException {
        boolean succeeded = txn.getCompareList().stream().allMatch(this::holds);
        List<Operation> operations = succeeded ? txn.getThenList() : txn.getOtherwiseList();
        Plan plan = new Plan(operations);
        if (plan.refused.isPresent()) {
            return Result.newBuilder().setRefused(plan.refused.get());
        }
        TxnDone.Builder done = TxnDone.newBuilder().setSucceeded(succeeded);
        for (int i = 0; i < operations.size(); i++) {
            done.addResults(perform(operations.get(i), plan.ranges.get(i)));
        }
        return Result.newBuilder().setTxn(done);
    }

    private boolean holds(Compare compare) {
        byte[] key = compare.getKey().toByteArray();
        KeyState state = draft.key(key);
        return switch (compare.getTargetCase()) {
            case VALUE -> holdsOfValue(compare, key, state);
            case VERSION -> related(compare, Long.compare(state.version(), compare.getVersion()));
            case MOD_REVISION -> related(compare, Long.compare(state.modRevision(), compare.getModRevision()));
            case CREATE_REVISION -> related(compare, Long.compare(state.createRevision(), compare.getCreateRevision()));
            case LEASE -> related(compare, Long.compareUnsigned(state.lease(), compare.getLease()));
            case EXISTS -> related(compare, Boolean.compare(state.exists(), compare.getExists()));
            case TARGET_NOT_SET -> throw new AssertionError("Validity lets no comparison without a target pass");
        };
    }

    private boolean holdsOfValue(Compare compare, byte[] key, KeyState state) {
        if (!state.exists()) {
            return compare.getRelation() == Compare.Relation.NOT_EQUAL;
        }
        byte[] value = keys.withValue(compare.getKey(), key, state).getValue().toByteArray();
        return related(compare, Arrays.compareUnsigned(value, compare.getValue().toByteArray()));
    }

    private static boolean related(Compare compare, int order) {
        return switch (compare.getRelation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case UNKNOWN, UNRECOGNIZED ->
                throw new AssertionError("Commands and Validity let no such relation pass");
        };
    }

    private OperationResult perform(Operation operation, List<byte[]> range) throws RocksDBException {
        OperationResult.Builder result = OperationResult.newBuilder();
        switch (operation.getKindCase()) {
            case PUT -> result.setWritten(put(operation.getPut()));
            case DELETE -> result.setDeleted(delete(operation.getDelete()));
            case DELETE_RANGE -> result.setDeleted(Deleted.newBuilder().setDeleted(deleteAll(range)));
            case GET -> result.setGot(get(operation.getGet().getKey()));
            case KIND_NOT_SET -> throw new AssertionError("Validity lets no operation without a kind pass");
        }
        return result.build();
    }

    private Written put(Put put) throws RocksDBException {
        byte[] key = put.getKey().toByteArray();
        KeyState before = draft.key(key);
        Written.Builder written = Written.newBuilder();
        if (put.getReturnPrevious() && before.exists()) {
            written.setPrevious(keys.withValue(put.getKey(), key, before));
        }
        return written.setEntry(Keys.withoutValue(put.getKey(), keys.put(put, key, before))).build();
    }

    private Deleted delete(Delete delete) throws RocksDBException {
        byte[] key = delete.getKey().toByteArray();
        KeyState before = draft.key(key);
        Deleted.Builder deleted = Deleted.newBuilder();
        if (before.exists()) {
            deleted.setDeleted(1);
            if (delete.getReturnPrevious()) {
                deleted.setPrevious(keys.withValue(delete.getKey(), key, before));
            }
            keys.delete(key, before);
        }
        return deleted.build();
    }

    int deleteAll(List<byte[]> range) throws RocksDBException {
        for (byte[] key : range) {
            keys.delete(key, draft.key(key));
        }
        return range.size();
    }

    private Got get(ByteString name) {
        byte[] key = name.toByteArray();
        KeyState state = draft.key(key);
        return state.exists()
                ? Got.newBuilder().setEntry(keys.withValue(name, key, state)).build()
                : Got.getDefaultInstance();
    }

    /** What a list of operations would do, found out before the first of them does anything. */
    private final class Plan {
        /** One for each operation; empty for those that delete no range. */
        private final List<List<byte[]>> ranges = new ArrayList<>();
        /** Keys that the list puts, with the size of their value; -1 for those that it deletes. */
        private final NavigableMap<byte[], Integer> written = new TreeMap<>(Arrays::compareUnsigned);

        private Optional<Refused> refused = Optional.empty();
        private long deleted;
        private long resultBytes;

        Plan(List<Operation> operations) {
            for (Operation operation : operations) {
                List<byte[]> range = operation.hasDeleteRange()
                        ? draft.keysIn(Validity.span(operation.getDeleteRange()), limit() + 1)
                        : List.of();
                ranges.add(range);
                consider(operation, range);
                refused = refused.or(this::overBounds);
                if (refused.isPresent()) {
                    return;
                }
            }
        }

        private int limit() {
            return (int) (ApplyLimits.MAX_DELETED_KEYS - deleted);
        }

        private void consider(Operation operation, List<byte[]> range) {
            switch (operation.getKindCase()) {
                case PUT -> {
                    Put put = operation.getPut();
                    refused = keys.whyNot(put);
                    count(put.getKey(), put.getReturnPrevious());
                    written.put(put.getKey().toByteArray(), put.getValue().size());
                }
                case DELETE -> {
                    Delete delete = operation.getDelete();
                    count(delete.getKey(), delete.getReturnPrevious());
                    written.put(delete.getKey().toByteArray(), -1);
                }
                case DELETE_RANGE -> {
                    deleted += range.size();
                    range.forEach(key -> written.put(key, -1));
                }
                case GET -> count(operation.getGet().getKey(), true);
                case KIND_NOT_SET -> throw new AssertionError("Validity lets no operation without a kind pass");
            }
        }

        private void count(ByteString name, boolean returned) {
            if (!returned) {
                return;
            }
            byte[] key = name.toByteArray();
            Integer size = written.get(key);
            if (size == null) {
                KeyState state = draft.key(key);
                size = state.exists() ? keys.withValue(name, key, state).getValue().size() : -1;
            }
            resultBytes += size < 0 ? 0 : (long) key.length + size;
        }

        private Optional<Refused> overBounds() {
            if (deleted > ApplyLimits.MAX_DELETED_KEYS) {
                return Optional.of(tooManyKeys(deleted));
            }
            return resultBytes <= ApplyLimits.MAX_RESULT_BYTES
                    ? Optional.empty()
                    : Optional.of(Refusals.bound(
                            Refused.Reason.RESULT_TOO_LARGE, ApplyLimits.MAX_RESULT_BYTES, resultBytes,
                            "What the transaction reads has more bytes than one result may."));
        }
    }

    /** @param found so many are there at least */
    static Refused tooManyKeys(long found) {
        return Refusals.bound(
                Refused.Reason.TOO_MANY_KEYS, ApplyLimits.MAX_DELETED_KEYS, found,
                "More keys would be deleted at once than may. Delete smaller ranges, or in parts.");
    }
}
