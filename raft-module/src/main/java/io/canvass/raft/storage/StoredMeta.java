package io.canvass.raft.storage;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import org.rocksdb.RocksDBException;

/** The column family {@code meta}, as found at open. */
record StoredMeta(
        StorageIdentity identity, HardState hardState, long boot, Configuration bootstrap, LogPosition logEnd) {
    /** @throws UnreadableException if a record is missing or damaged, or the format is not known */
    static StoredMeta read(LogDatabase database) throws UnreadableException, RocksDBException {
        // First: in another format the other records may look different.
        MetaCodec.format(record(database, MetaKey.FORMAT)).requireKnown();
        return new StoredMeta(
                MetaCodec.identity(record(database, MetaKey.IDENTITY)),
                MetaCodec.hardState(record(database, MetaKey.HARD_STATE)),
                MetaCodec.boot(record(database, MetaKey.BOOT)),
                MetaCodec.bootstrap(record(database, MetaKey.BOOTSTRAP)),
                MetaCodec.logEnd(record(database, MetaKey.LOG_END)));
    }

    private static byte[] record(LogDatabase database, MetaKey key) throws UnreadableException, RocksDBException {
        byte[] stored = database.db().get(database.meta(), key.bytes());
        if (stored == null) {
            throw UnreadableException.damaged("no record \"" + key + "\"");
        }
        return stored;
    }
}
