package io.canvass.kv.store;

import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.Get;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Commands of every kind over few keys, leases and locks, so that they meet. */
final class RandomCommands {
    static final List<String> LOCKS = List.of("a", "b");

    private RandomCommands() {}

    static Arbitrary<Command> any(List<Bytes> keys) {
        Arbitrary<ByteString> key = Arbitraries.of(keys).map(TestLog::string);
        Arbitrary<Command> command = Arbitraries.frequencyOf(
                Tuple.of(8, puts(key)),
                Tuple.of(4, deletes(key)),
                Tuple.of(2, Arbitraries.longs().between(0, 60).map(TestLog::compact)),
                Tuple.of(1, Arbitraries.longs().between(1, 3).map(TestLog::raise)),
                Tuple.of(1, ranges(key).map(range -> Command.newBuilder()
                        .setDeleteRange(DeleteRange.newBuilder().setRange(range))
                        .build())),
                Tuple.of(4, txns(key).map(txn -> Command.newBuilder().setTxn(txn).build())),
                Tuple.of(2, adds(key)),
                Tuple.of(4, leaseCommands()),
                Tuple.of(4, lockCommands()),
                Tuple.of(4, RandomRights.commands(keys)));
        Arbitrary<String> once = Arbitraries.of("", "", "", "x", "y");
        return Combinators.combine(RandomRights.onBehalf(command), once, Arbitraries.of("1", "1", "2"))
                .as((plain, name, digest) -> name.isEmpty() ? plain : TestLog.once(name, digest, plain));
    }

    private static Arbitrary<Long> leases() {
        return Arbitraries.longs().between(1, 40);
    }

    private static Arbitrary<Command> puts(Arbitrary<ByteString> key) {
        return Combinators.combine(plainPuts(key), preconditions(), Arbitraries.of(true, false))
                .as((put, precondition, previous) -> command(put.toBuilder()
                        .setPrecondition(precondition)
                        .setReturnPrevious(previous)
                        .build()));
    }

    private static Command command(Put put) {
        return Command.newBuilder().setPut(put).build();
    }

    private static Arbitrary<Put> plainPuts(Arbitrary<ByteString> key) {
        Arbitrary<String> values = Arbitraries.of("", "a", "bc", "7", "-3", "9223372036854775807");
        return Combinators.combine(key, values, Arbitraries.integers().between(0, 4), leases())
                .as((name, value, life, lease) -> {
                    Put.Builder put = Put.newBuilder().setKey(name).setValue(ByteString.copyFromUtf8(value));
                    if (life == 1) {
                        put.setTtlMillis(1000);
                    } else if (life == 2) {
                        put.setLease(lease);
                    }
                    return put.build();
                });
    }

    private static Arbitrary<Command> deletes(Arbitrary<ByteString> key) {
        return Combinators.combine(key, preconditions(), Arbitraries.of(true, false))
                .as((name, precondition, previous) -> {
                    Command command = TestLog.provided(precondition, TestLog.delete(name));
                    return previous ? TestLog.returningPrevious(command) : command;
                });
    }

    private static Arbitrary<Precondition> preconditions() {
        Arbitrary<Long[]> revisions = Arbitraries.longs().between(0, 30).array(Long[].class).ofMaxSize(15);
        return Arbitraries.oneOf(
                Arbitraries.just(Precondition.getDefaultInstance()),
                Arbitraries.of(true, false).map(value -> Precondition.newBuilder().setMustExist(value).build()),
                Arbitraries.of(true, false).map(value -> Precondition.newBuilder().setMustNotExist(value).build()),
                revisions.map(TestLog::anyOf),
                revisions.map(TestLog::noneOf));
    }

    private static Arbitrary<KeyRange> ranges(Arbitrary<ByteString> key) {
        return Combinators.combine(key, key, Arbitraries.integers().between(0, 3)).as((start, end, kind) -> {
            KeyRange.Builder range = KeyRange.newBuilder().setStart(start);
            return switch (kind) {
                case 0 -> range.setUnbounded(true).build();
                case 1 -> range.setPrefix(true).build();
                default -> range.setEnd(end).build();
            };
        });
    }

    private static Arbitrary<Txn> txns(Arbitrary<ByteString> key) {
        Arbitrary<List<Operation>> operations = operations(key).list().ofMaxSize(4);
        return Combinators.combine(compares(key).list().ofMaxSize(2), operations, operations)
                .as((compare, then, otherwise) -> Txn.newBuilder()
                        .addAllCompare(compare)
                        .addAllThen(then)
                        .addAllOtherwise(otherwise)
                        .build());
    }

    private static Arbitrary<Operation> operations(Arbitrary<ByteString> key) {
        return Arbitraries.oneOf(
                Combinators.combine(plainPuts(key), Arbitraries.of(true, false)).as((put, previous) ->
                        Operation.newBuilder().setPut(put.toBuilder().setReturnPrevious(previous)).build()),
                key.map(name -> Operation.newBuilder()
                        .setDelete(Delete.newBuilder().setKey(name).setReturnPrevious(true))
                        .build()),
                ranges(key).map(range -> Operation.newBuilder().setDeleteRange(range).build()),
                key.map(name -> Operation.newBuilder().setGet(Get.newBuilder().setKey(name)).build()));
    }

    private static Arbitrary<Compare> compares(Arbitrary<ByteString> key) {
        Arbitrary<Compare.Relation> relations = Arbitraries.of(
                Compare.Relation.EQUAL, Compare.Relation.NOT_EQUAL, Compare.Relation.GREATER,
                Compare.Relation.GREATER_OR_EQUAL, Compare.Relation.LESS, Compare.Relation.LESS_OR_EQUAL);
        return Combinators.combine(
                        key, relations, Arbitraries.integers().between(0, 5), Arbitraries.longs().between(0, 12))
                .as((name, relation, target, number) -> {
                    Compare.Builder compare = Compare.newBuilder().setKey(name).setRelation(relation);
                    return switch (target) {
                        case 0 -> compare.setValue(ByteString.copyFromUtf8(number % 2 == 0 ? "a" : "bc")).build();
                        case 1 -> compare.setVersion(number % 4).build();
                        case 2 -> compare.setModRevision(number).build();
                        case 3 -> compare.setCreateRevision(number).build();
                        case 4 -> compare.setLease(number).build();
                        default -> compare.setExists(number % 2 == 0).build();
                    };
                });
    }

    private static Arbitrary<Command> adds(Arbitrary<ByteString> key) {
        return Combinators.combine(
                        key, Arbitraries.of(1L, -5L, Long.MAX_VALUE), Arbitraries.integers().between(0, 2))
                .as((name, amount, bounds) -> {
                    Add.Builder add = Add.newBuilder().setKey(name).setAmount(amount);
                    if (bounds == 1) {
                        add.setMinimum(0);
                    } else if (bounds == 2) {
                        add.setMaximum(3);
                    }
                    return Command.newBuilder().setAdd(add).build();
                });
    }

    private static Arbitrary<Command> leaseCommands() {
        return Arbitraries.oneOf(
                Arbitraries.of(500L, 2000L).map(TestLog::grant),
                leases().map(TestLog::keepAlive),
                leases().map(TestLog::revoke),
                Combinators.combine(
                                Arbitraries.of(TestLog.EPOCH, TestLog.EPOCH, TestLog.EPOCH - 1),
                                leases(),
                                Arbitraries.longs().between(0, 1))
                        .as(TestLog::expire));
    }

    private static Arbitrary<Command> lockCommands() {
        Arbitrary<String> names = Arbitraries.of(LOCKS);
        return Arbitraries.oneOf(
                Combinators.combine(names, Arbitraries.of("p", "q", "r"), leases(), Arbitraries.of(true, false),
                                Arbitraries.of(true, false))
                        .as(RandomCommands::acquire),
                Combinators.combine(names, Arbitraries.longs().between(1, 40)).as(TestLog::release));
    }

    private static Command acquire(String name, String owner, long lease, boolean ofItsOwn, boolean wait) {
        LockAcquire.Builder acquire = LockAcquire.newBuilder()
                .setSpace(LockSpace.LOCK)
                .setName(ByteString.copyFromUtf8(name))
                .setOwner(ByteString.copyFromUtf8(owner))
                .setWait(wait);
        if (ofItsOwn) {
            acquire.setTtlMillis(1000);
        } else {
            acquire.setLease(lease);
        }
        return Command.newBuilder().setLockAcquire(acquire).build();
    }
}
