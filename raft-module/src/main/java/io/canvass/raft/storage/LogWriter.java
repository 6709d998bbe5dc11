package io.canvass.raft.storage;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Turns writes into one synced batch each. Not thread-safe. The first failure is final (HAZARDS E9). */
final class LogWriter implements AutoCloseable {
    /** Entries up to this size are encoded in one reused buffer outside the heap, which RocksDB reads in place. */
    private static final int BUFFERED_VALUE_BYTES = 1 << 20;
    /** A batch that grew larger gives its native memory back. */
    private static final int RETAINED_BATCH_BYTES = 8 << 20;
    private static final int FIRST_BATCH_BYTES = 64 << 10;

    private final Path directory;
    private final LogDatabase database;
    private final LogShape shape;
    private final ByteBuffer key = ByteBuffer.allocateDirect(EntryCodec.KEY_BYTES);
    private final ByteBuffer value = ByteBuffer.allocateDirect(BUFFERED_VALUE_BYTES);
    private WriteBatch batch = new WriteBatch(FIRST_BATCH_BYTES);
    private HardState state;
    private @Nullable Throwable firstFailure;

    LogWriter(Path directory, LogDatabase database, LogShape shape, HardState state) {
        this.directory = directory;
        this.database = database;
        this.shape = shape;
        this.state = state;
    }

    void write(List<Effect.Persist> writes) {
        if (firstFailure != null) {
            throw new StorageException("Nothing was written to " + directory + ", because an earlier write failed ("
                    + firstFailure.getMessage() + ") and what the disk holds since then is not known. Restart this"
                    + " node: it then reads what is there.", firstFailure);
        }
        try {
            MergedWrite merged = MergedWrite.of(shape, state, writes);
            fill(merged);
            if (batch.count() > 0) {
                database.write(batch);
            }
            state = merged.state();
            empty();
        } catch (RocksDBException e) {
            firstFailure = e;
            throw new StorageException("A write to " + directory + " failed: " + e.getMessage() + ". Whether it is on"
                    + " the disk is not known, so this node acknowledges nothing of it and writes nothing more. Check"
                    + " the disk and its free space, then restart this node.", e);
        } catch (RuntimeException | Error e) {
            firstFailure = e;
            throw e;
        }
    }

    private void fill(MergedWrite merged) throws RocksDBException {
        if (!merged.state().equals(state)) {
            batch.put(database.meta(), MetaKey.HARD_STATE.bytes(), MetaCodec.hardState(merged.state()));
        }
        // One by one rather than as a range: a truncated tail is short, and range tombstones slow every read down
        // that follows.
        for (long index = merged.deleteFrom(); index <= merged.deleteTo(); index++) {
            batch.delete(database.log(), EntryCodec.key(index));
        }
        for (Entry entry : merged.puts()) {
            put(entry);
        }
        if (merged.changesLog()) {
            batch.put(database.meta(), MetaKey.LOG_END.bytes(), MetaCodec.logEnd(shape.end()));
        }
    }

    private void put(Entry entry) throws RocksDBException {
        if (EntryCodec.valueSize(entry) > BUFFERED_VALUE_BYTES) {
            batch.put(database.log(), EntryCodec.key(entry.index()), EntryCodec.value(entry));
            return;
        }
        key.clear().putLong(entry.index()).flip();
        value.clear();
        EntryCodec.encode(entry, value);
        batch.put(database.log(), key, value.flip());
    }

    private void empty() {
        if (batch.getDataSize() <= RETAINED_BATCH_BYTES) {
            batch.clear();
        } else {
            batch.close();
            batch = new WriteBatch(FIRST_BATCH_BYTES);
        }
    }

    @Override
    public void close() {
        batch.close();
    }
}
