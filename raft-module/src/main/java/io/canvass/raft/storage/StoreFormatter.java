package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Makes a store out of an empty directory: a new identity, epoch 0, and a log with one entry of epoch 0 that holds
 * the configuration. That entry is the same on every node that was given the same list, so that their logs agree from
 * the start.
 */
final class StoreFormatter {
    private static final long FIRST_INDEX = 1;
    private static final long FIRST_EPOCH = 0;
    /** Not the time of day: the entry must not differ between nodes. */
    private static final long FIRST_TIMESTAMP_MILLIS = 0;

    private StoreFormatter() {}

    static void format(DataDirectory directory, Formation formation) {
        Path unfinished = directory.newUnfinished();
        try (LogDatabase database = LogDatabase.create(unfinished);
                WriteBatch batch = new WriteBatch()) {
            put(batch, database, formation);
            database.write(batch);
        } catch (RocksDBException e) {
            throw Refusal.of(directory.path(), "an error when formatting it (" + e.getMessage() + ")",
                    "a disk that can be written to", "Check free space and permissions, then start this node again:"
                            + " it formats the directory anew.", e);
        }
        directory.publishUnfinished();
    }

    private static void put(WriteBatch batch, LogDatabase database, Formation formation) throws RocksDBException {
        StorageIdentity identity =
                new StorageIdentity(formation.clusterId(), formation.nodeId(), UUID.randomUUID());
        put(batch, database, MetaKey.FORMAT, MetaCodec.format(StoreFormat.of(StoreFormat.WHOLE_LOG)));
        put(batch, database, MetaKey.IDENTITY, MetaCodec.identity(identity));
        put(batch, database, MetaKey.HARD_STATE, MetaCodec.hardState(HardState.INITIAL));
        put(batch, database, MetaKey.BOOT, MetaCodec.boot(0));
        put(batch, database, MetaKey.BOOTSTRAP, MetaCodec.bootstrap(formation.bootstrap()));
        put(batch, database, MetaKey.LOG_END, MetaCodec.logEnd(new LogPosition(FIRST_EPOCH, FIRST_INDEX)));
        Entry first = firstEntry(formation.bootstrap());
        batch.put(database.log(), EntryCodec.key(first.index()), EntryCodec.value(first));
    }

    static Entry firstEntry(Configuration bootstrap) {
        return new Entry(FIRST_INDEX, FIRST_EPOCH, EntryKind.CONFIGURATION, FIRST_TIMESTAMP_MILLIS, bootstrap.encode());
    }

    private static void put(WriteBatch batch, LogDatabase database, MetaKey key, byte[] value) throws RocksDBException {
        batch.put(database.meta(), key.bytes(), value);
    }
}
