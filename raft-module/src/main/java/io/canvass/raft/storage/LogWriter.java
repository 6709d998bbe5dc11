package io.canvass.raft.storage;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.storage.MergedWrite.IndexRange;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * Turns writes into one synced batch each. Not thread-safe. The first failure is final (HAZARDS E9).
 *
 * <p>The first base, or the first note of one, raises the directory's format in its own batch: an older program would
 * take a log that begins later for a damaged one, or its first entry for the first of all.
 */
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
    private boolean formatKnowsBases;
    private @Nullable LogBase installing;
    private @Nullable Throwable firstFailure;

    /** What fills the batch; it may write nothing. */
    private interface Fill {
        void run() throws RocksDBException;
    }

    /** @param shape that of the log that {@code meta} was found with; from now on this writer's */
    LogWriter(Path directory, LogDatabase database, LogShape shape, StoredMeta meta) {
        this.directory = directory;
        this.database = database;
        this.shape = shape;
        this.state = meta.hardState();
        this.formatKnowsBases = meta.format().knowsBases();
        this.installing = meta.installing();
    }

    HardState state() {
        return state;
    }

    LogShape shape() {
        return shape;
    }

    void write(List<Effect.Persist> writes) {
        writeOnce(() -> fill(MergedWrite.of(shape, state, writes)));
    }

    /** Notes that a snapshot up to {@code base} is about to take the state's place. A note before it is replaced. */
    void noteInstalling(LogBase base) {
        writeOnce(() -> {
            if (base.position().index() <= shape.base().index()) {
                throw new StorageException("No installation of a snapshot up to " + base.position() + " was noted, as"
                        + " the log begins after " + shape.base() + " already. This is a fault of Canvass; please"
                        + " report it.");
            }
            putInstalling(base);
        });
    }

    /** The snapshot that was noted will not come. */
    void forgetInstalling() {
        writeOnce(this::putNotInstalling);
    }

    private void writeOnce(Fill fill) {
        if (firstFailure != null) {
            throw new StorageException("Nothing was written to " + directory + ", because an earlier write failed ("
                    + firstFailure.getMessage() + ") and what the disk holds since then is not known. Restart this"
                    + " node: it then reads what is there.", firstFailure);
        }
        try {
            fill.run();
            if (batch.count() > 0) {
                database.write(batch);
            }
            empty();
        } catch (RocksDBException e) {
            firstFailure = e;
            if (Refusal.codeOf(e) == Status.Code.Corruption) {
                // A compaction in the background met a block that fails its checksum.
                throw new DamagedLogException("A write to " + directory + " was refused, because what is there is"
                        + " damaged: " + e.getMessage() + ". " + UnreadableException.REPLACE, e);
            }
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
            putMeta(MetaKey.HARD_STATE, MetaCodec.hardState(merged.state()));
            state = merged.state();
        }
        delete(merged);
        for (Entry entry : merged.puts()) {
            put(entry);
        }
        if (merged.changesLog()) {
            putMeta(MetaKey.LOG_END, MetaCodec.logEnd(shape.end()));
        }
        LogBase base = merged.base();
        if (base != null) {
            putBase(base);
        }
    }

    private void delete(MergedWrite merged) throws RocksDBException {
        IndexRange purged = merged.purged();
        if (!purged.isEmpty()) {
            // As a range: one record, however much it is. No read looks below the base, so none is slowed down by it.
            batch.deleteRange(
                    database.log(), EntryCodec.key(purged.first()), EntryCodec.key(purged.last() + 1));
        }
        // One by one rather than as a range: a truncated tail is short, and range tombstones slow every read down
        // that follows.
        for (long index = merged.truncated().first(); index <= merged.truncated().last(); index++) {
            batch.delete(database.log(), EntryCodec.key(index));
        }
    }

    private void putBase(LogBase base) throws RocksDBException {
        raiseFormat();
        putMeta(MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, base));
        LogBase noted = installing;
        if (noted != null && noted.position().index() <= base.position().index()) {
            putNotInstalling();
        }
    }

    private void putInstalling(LogBase base) throws RocksDBException {
        raiseFormat();
        putMeta(MetaKey.INSTALLING, MetaCodec.base(MetaKey.INSTALLING, base));
        installing = base;
    }

    private void putNotInstalling() throws RocksDBException {
        putMeta(MetaKey.INSTALLING, MetaCodec.noBase(MetaKey.INSTALLING));
        installing = null;
    }

    /** From then on both records of a base are always there; whoever calls this then overwrites one of them. */
    private void raiseFormat() throws RocksDBException {
        if (formatKnowsBases) {
            return;
        }
        putMeta(MetaKey.FORMAT, MetaCodec.format(StoreFormat.of(StoreFormat.LOG_WITH_BASE)));
        putMeta(MetaKey.LOG_BASE, MetaCodec.noBase(MetaKey.LOG_BASE));
        putMeta(MetaKey.INSTALLING, MetaCodec.noBase(MetaKey.INSTALLING));
        formatKnowsBases = true;
    }

    private void putMeta(MetaKey key, byte[] value) throws RocksDBException {
        batch.put(database.meta(), key.bytes(), value);
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
