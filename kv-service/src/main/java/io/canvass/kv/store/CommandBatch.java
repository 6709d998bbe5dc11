package io.canvass.kv.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.RaiseRevision;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What a run of entries makes of the store, gathered for one write. Each command sees the effects of those before it.
 * Nothing of the store changes here, so a batch that throws leaves everything as it was. For one thread.
 *
 * <p>A function of the store and the entries alone (HAZARDS H6): the map is only looked up in, never iterated.
 */
final class CommandBatch implements AutoCloseable {
    private final Database database;
    private final StateSamples samples;
    private final WriteBatch writes = new WriteBatch();
    private final Map<ByteString, Standing> overlay = new HashMap<>();

    private long appliedIndex;
    private long appliedEpoch;
    private long revision;
    private long compactRevision;
    private long keyCount;
    private long stateHash;

    /** A key as this batch leaves it; the value is that of an existing key, empty for one that is gone. */
    private record Standing(KeyState state, Optional<ByteString> value) {}

    CommandBatch(Database database, StoreState before, StateSamples samples) {
        this.database = database;
        this.samples = samples;
        appliedIndex = before.appliedIndex();
        appliedEpoch = before.appliedEpoch();
        revision = before.revision();
        compactRevision = before.compactRevision();
        keyCount = before.keyCount();
        stateHash = before.stateHash();
    }

    /** @throws StoreException if the entry is not the next one, or a command that this version does not know */
    Result apply(Entry entry) {
        requireNext(entry);
        Result result = switch (entry.kind()) {
            case LEADER_CHANGE, CONFIGURATION -> Result.getDefaultInstance();
            case COMMAND -> command(entry);
        };
        appliedIndex = entry.index();
        appliedEpoch = entry.epoch();
        samples.applied(appliedIndex, stateHash);
        return result;
    }

    private void requireNext(Entry entry) {
        if (entry.index() != appliedIndex + 1) {
            throw new StoreException("The state store has applied the log up to index " + appliedIndex
                    + " and was given index " + entry.index() + " instead of " + (appliedIndex + 1)
                    + ". Nothing of this batch was applied.");
        }
        if (entry.epoch() < appliedEpoch) {
            throw new StoreException("The entry at index " + entry.index() + " is of epoch " + entry.epoch()
                    + ", but the one before it of epoch " + appliedEpoch + ". Nothing of this batch was applied.");
        }
    }

    private Result command(Entry entry) {
        Command command;
        try {
            command = Commands.parse(entry.data());
        } catch (IllegalArgumentException e) {
            throw new StoreException("The entry at index " + entry.index() + " of epoch " + entry.epoch()
                    + " cannot be applied: " + e.getMessage() + ". This node runs an older version than the node that"
                    + " wrote it, or the entry is damaged. Nothing of this batch was applied. Start this node with the"
                    + " newer version.", e);
        }
        try {
            return switch (command.getKindCase()) {
                case PUT -> put(command.getPut());
                case DELETE -> delete(command.getDelete());
                case RAISE_REVISION -> raiseRevision(command.getRaiseRevision());
                case KIND_NOT_SET -> throw new AssertionError("Commands.parse lets no command without a kind pass");
            };
        } catch (RocksDBException e) {
            throw new StoreException("The entry at index " + entry.index() + " could not be prepared for the state"
                    + " store: " + e.getMessage() + ". Nothing of this batch was applied.", e);
        }
    }

    private Result put(Put put) throws RocksDBException {
        byte[] key = put.getKey().toByteArray();
        KeyState before = current(put.getKey(), key);
        if (!Preconditions.hold(put.getPrecondition(), before)) {
            return refused(put.getKey(), key, before, put.getReturnPrevious());
        }
        Written.Builder written = Written.newBuilder();
        if (put.getReturnPrevious() && before.exists()) {
            written.setPrevious(withValue(put.getKey(), key, before));
        }
        revision++;
        KeyState after = before.written(revision);
        byte[] record = KeyLayout.putRecord(after, put.getValue());
        writes.put(database.index(), key, after.encode());
        writes.put(database.versions(), KeyLayout.versionKey(key, revision), record);
        writes.put(database.changes(), KeyLayout.number(revision), KeyLayout.change(KeyLayout.PUT, key));
        keyCount += before.exists() ? 0 : 1;
        stateHash = HashChain.put(stateHash, key, after, record, KeyLayout.VALUE_OFFSET);
        overlay.put(put.getKey(), new Standing(after, Optional.of(put.getValue())));
        return answer().setWritten(written.setEntry(withoutValue(put.getKey(), after))).build();
    }

    private Result delete(Delete delete) throws RocksDBException {
        byte[] key = delete.getKey().toByteArray();
        KeyState before = current(delete.getKey(), key);
        if (!Preconditions.hold(delete.getPrecondition(), before)) {
            return refused(delete.getKey(), key, before, delete.getReturnPrevious());
        }
        if (!before.exists()) {
            return answer().setDeleted(Deleted.getDefaultInstance()).build();
        }
        Deleted.Builder deleted = Deleted.newBuilder().setDeleted(1);
        if (delete.getReturnPrevious()) {
            deleted.setPrevious(withValue(delete.getKey(), key, before));
        }
        revision++;
        writes.delete(database.index(), key);
        writes.put(database.versions(), KeyLayout.versionKey(key, revision), KeyLayout.deleteRecord());
        writes.put(database.changes(), KeyLayout.number(revision), KeyLayout.change(KeyLayout.DELETE, key));
        keyCount--;
        stateHash = HashChain.delete(stateHash, key, revision);
        overlay.put(delete.getKey(), new Standing(KeyState.ABSENT, Optional.empty()));
        return answer().setDeleted(deleted).build();
    }

    private Result raiseRevision(RaiseRevision raise) {
        revision = Math.addExact(revision, raise.getBy());
        compactRevision = revision;
        stateHash = HashChain.raise(stateHash, revision);
        return answer().build();
    }

    private Result refused(ByteString name, byte[] key, KeyState current, boolean withItsValue) {
        PreconditionFailed.Builder failed = PreconditionFailed.newBuilder();
        if (current.exists()) {
            failed.setCurrent(withItsValue ? withValue(name, key, current) : withoutValue(name, current));
        }
        return answer().setPreconditionFailed(failed).build();
    }

    private Result.Builder answer() {
        return Result.newBuilder().setRevision(revision);
    }

    private KeyState current(ByteString name, byte[] key) {
        Standing standing = overlay.get(name);
        return standing != null ? standing.state() : database.keyState(database.latest(), key);
    }

    private KeyValue withValue(ByteString name, byte[] key, KeyState state) {
        Standing standing = overlay.get(name);
        ByteString value = standing != null
                ? standing.value().orElseThrow()
                : UnsafeByteOperations.unsafeWrap(Reads.existing(database, database.latest(), Bytes.wrap(key), state)
                        .value()
                        .array());
        return withoutValue(name, state).toBuilder().setValue(value).build();
    }

    private static KeyValue withoutValue(ByteString name, KeyState state) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setCreateRevision(state.createRevision())
                .setModRevision(state.modRevision())
                .setVersion(state.version())
                .setLease(state.lease())
                .build();
    }

    /** Writes everything gathered, and how far the store is with it, as one. */
    StoreState commit() throws RocksDBException {
        StoreState after =
                new StoreState(appliedIndex, appliedEpoch, revision, compactRevision, keyCount, stateHash);
        writes.put(database.meta(), KeyLayout.STATE_KEY, after.encode());
        database.write(writes);
        return after;
    }

    @Override
    public void close() {
        writes.close();
    }
}
