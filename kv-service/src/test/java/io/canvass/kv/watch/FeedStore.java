package io.canvass.kv.watch;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/** A real store, and short words for what is written to it. */
final class FeedStore implements AutoCloseable {
    private static final long EPOCH = 3;
    private static final long TIME_MILLIS = 1_700_000_000_000L;

    private final KvStore store;

    FeedStore(Path directory) {
        store = KvStore.open(directory);
    }

    KvStore store() {
        return store;
    }

    /** @return the store's revision after it */
    long apply(Command command) {
        Entry entry = new Entry(
                store.state().appliedIndex() + 1, EPOCH, EntryKind.COMMAND, TIME_MILLIS,
                Bytes.wrap(command.toByteArray()));
        Result result = store.apply(List.of(entry)).getFirst();
        if (result.hasRefused()) {
            throw new IllegalStateException("Refused: " + result);
        }
        return store.revision();
    }

    long put(String key, String value) {
        return apply(Command.newBuilder().setPut(putOf(key, value)).build());
    }

    long delete(String key) {
        return apply(Command.newBuilder().setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8(key))).build());
    }

    /** All in one revision. */
    long putAll(Stream<String> keys, String value) {
        Txn.Builder txn = Txn.newBuilder();
        keys.forEach(key -> txn.addThen(Operation.newBuilder().setPut(putOf(key, value))));
        return apply(Command.newBuilder().setTxn(txn).build());
    }

    long compact(long revision) {
        return apply(Command.newBuilder().setCompact(Compact.newBuilder().setRevision(revision)).build());
    }

    long acquire(String lock, String owner) {
        return apply(Command.newBuilder()
                .setLockAcquire(LockAcquire.newBuilder()
                        .setSpace(LockSpace.LOCK)
                        .setName(ByteString.copyFromUtf8(lock))
                        .setOwner(ByteString.copyFromUtf8(owner))
                        .setTtlMillis(60_000)
                        .setWait(true))
                .build());
    }

    private static Put putOf(String key, String value) {
        return Put.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    @Override
    public void close() {
        store.close();
    }
}
