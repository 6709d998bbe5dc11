package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Makes a store out of an empty directory: a new identity and epoch 0. The log of a node that founds its cluster has one
 * entry of epoch 0 that holds the configuration; it is the same on every node that was given the same list, so that
 * their logs agree from the start. The log of one that joins is empty.
 */
final class StoreFormatter {
    static final long FIRST_INDEX = 1;
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
        switch (formation) {
            case Formation.Founding founding -> found(batch, database, founding);
            case Formation.Joining joining -> join(batch, database, joining);
            case Formation.Existing e -> throw new IllegalArgumentException("Nothing to format a directory with");
        }
    }

    private static void found(WriteBatch batch, LogDatabase database, Formation.Founding founding)
            throws RocksDBException {
        StorageIdentity identity = newIdentity(founding.clusterId(), founding.nodeId());
        Entry first = firstEntry(founding.bootstrap());
        put(batch, database, StoreFormat.WHOLE_LOG, identity, founding.bootstrap(),
                new LogPosition(FIRST_EPOCH, FIRST_INDEX));
        batch.put(database.log(), EntryCodec.key(first.index()), EntryCodec.value(first));
    }

    /** No entry: the cluster's first one comes from its leader, or a snapshot does. */
    private static void join(WriteBatch batch, LogDatabase database, Formation.Joining joining)
            throws RocksDBException {
        StorageIdentity identity = newIdentity(joining.clusterId(), joining.nodeId());
        put(batch, database, StoreFormat.LOG_FROM_NOTHING, identity, joining.known(), LogPosition.ZERO);
        LogBase base = new LogBase(LogPosition.ZERO, joining.known());
        put(batch, database, MetaKey.LOG_BASE, MetaCodec.base(MetaKey.LOG_BASE, base));
        put(batch, database, MetaKey.INSTALLING, MetaCodec.noBase(MetaKey.INSTALLING));
    }

    private static StorageIdentity newIdentity(UUID clusterId, String nodeId) {
        return new StorageIdentity(clusterId, nodeId, UUID.randomUUID());
    }

    private static void put(
            WriteBatch batch,
            LogDatabase database,
            int format,
            StorageIdentity identity,
            Configuration members,
            LogPosition logEnd)
            throws RocksDBException {
        put(batch, database, MetaKey.FORMAT, MetaCodec.format(StoreFormat.of(format)));
        put(batch, database, MetaKey.IDENTITY, MetaCodec.identity(identity));
        put(batch, database, MetaKey.HARD_STATE, MetaCodec.hardState(HardState.INITIAL));
        put(batch, database, MetaKey.BOOT, MetaCodec.boot(0));
        put(batch, database, MetaKey.BOOTSTRAP, MetaCodec.bootstrap(members));
        put(batch, database, MetaKey.LOG_END, MetaCodec.logEnd(logEnd));
    }

    static Entry firstEntry(Configuration bootstrap) {
        return new Entry(FIRST_INDEX, FIRST_EPOCH, EntryKind.CONFIGURATION, FIRST_TIMESTAMP_MILLIS, bootstrap.encode());
    }

    private static void put(WriteBatch batch, LogDatabase database, MetaKey key, byte[] value) throws RocksDBException {
        batch.put(database.meta(), key.bytes(), value);
    }
}
