package io.canvass.kv.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Get;
import io.canvass.proto.kv.v1.Got;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.simulation.Machine;

/** The store as the simulator sees it: the real commands, on a database of its own for each life of a replica. */
final class StoreMachine implements Machine {
    private final KvStore store;

    private StoreMachine(KvStore store) {
        this.store = store;
    }

    /** @param parent where the databases are made */
    static Kind in(Path parent) {
        return new Kind() {
            @Override
            public Machine make() {
                try {
                    return new StoreMachine(KvStore.open(Files.createTempDirectory(parent, "life"), TestLog.SMALL));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public Bytes write(String key, String value) {
                return Bytes.wrap(writing(key, value).toByteArray());
            }

            @Override
            public Bytes compareAndSet(String key, Seen expected, String value) {
                return Bytes.wrap(swapping(key, expected.version(), value).toByteArray());
            }
        };
    }

    /** The same write in as many ways as there are; each value is written once only. */
    private static Command writing(String key, String value) {
        Command put = TestLog.put(key, value);
        Command inTransaction = Command.newBuilder()
                .setTxn(Txn.newBuilder()
                        .addThen(Operation.newBuilder().setPut(put.getPut()))
                        .addThen(Operation.newBuilder().setDeleteRange(TestLog.prefix(key + "/"))))
                .build();
        return switch (Math.floorMod(value.hashCode(), 5)) {
            case 0 -> inTransaction;
            case 1 -> TestLog.putWithTtl(key, value, 1000);
            case 2 -> TestLog.once(value, value, put);
            case 3 -> TestLog.once(value, value, inTransaction);
            default -> put;
        };
    }

    private static Command swapping(String key, long version, String value) {
        Put put = TestLog.put(key, value).getPut();
        if (Math.floorMod(value.hashCode(), 2) == 0) {
            Precondition unchanged = TestLog.anyOf(version);
            return Command.newBuilder()
                    .setPut(put.toBuilder().setPrecondition(unchanged).setReturnPrevious(true))
                    .build();
        }
        Txn txn = Txn.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(put.getKey())
                        .setRelation(Compare.Relation.EQUAL)
                        .setModRevision(version))
                .addThen(Operation.newBuilder().setPut(put))
                .addOtherwise(Operation.newBuilder().setGet(Get.newBuilder().setKey(put.getKey())))
                .build();
        return Command.newBuilder().setTxn(txn).build();
    }

    @Override
    public long applied() {
        return store.state().appliedIndex();
    }

    @Override
    public List<Answer> apply(List<Entry> entries) {
        List<Answer> answers = new ArrayList<>();
        for (Result result : store.apply(entries)) {
            answers.add(answer(result));
        }
        return answers;
    }

    private static Answer answer(Result result) {
        if (result.hasRefused()) {
            throw new AssertionError("No command of this is refused: " + result);
        }
        if (result.hasPreconditionFailed()) {
            PreconditionFailed failed = result.getPreconditionFailed();
            return refused(failed.hasCurrent(), failed.getCurrent());
        }
        if (result.hasTxn() && !result.getTxn().getSucceeded()) {
            Got got = result.getTxn().getResults(0).getGot();
            return refused(got.hasEntry(), got.getEntry());
        }
        return Answer.DONE;
    }

    private static Answer refused(boolean exists, KeyValue current) {
        Optional<String> found = exists ? Optional.of(current.getValue().toStringUtf8()) : Optional.empty();
        return new Answer(true, found, Bytes.EMPTY);
    }

    @Override
    public long hash() {
        return store.stateHash();
    }

    @Override
    public Optional<Seen> get(String key) {
        return store.get(Bytes.ofUtf8(key))
                .value()
                .map(found -> new Seen(found.value().toUtf8(), found.modRevision()));
    }

    @Override
    public void close() {
        store.close();
    }
}
