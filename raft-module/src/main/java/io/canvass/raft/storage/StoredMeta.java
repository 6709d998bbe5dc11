package io.canvass.raft.storage;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The column family {@code meta}, as found at open.
 *
 * @param base null if the log begins with entry 1
 * @param installing null if no snapshot was about to be installed
 */
record StoredMeta(
        StoreFormat format,
        StorageIdentity identity,
        HardState hardState,
        long boot,
        Configuration bootstrap,
        LogPosition logEnd,
        @Nullable LogBase base,
        @Nullable LogBase installing) {
    /** @throws UnreadableException if a record is missing, damaged, or not of its format, or the format is not known */
    static StoredMeta read(LogDatabase database) throws UnreadableException, RocksDBException {
        // First: in another format the other records may look different.
        StoreFormat format = MetaCodec.format(record(database, MetaKey.FORMAT));
        format.requireKnown();
        return new StoredMeta(
                format,
                MetaCodec.identity(record(database, MetaKey.IDENTITY)),
                MetaCodec.hardState(record(database, MetaKey.HARD_STATE)),
                MetaCodec.boot(record(database, MetaKey.BOOT)),
                MetaCodec.bootstrap(record(database, MetaKey.BOOTSTRAP)),
                MetaCodec.logEnd(record(database, MetaKey.LOG_END)),
                base(database, format, MetaKey.LOG_BASE),
                base(database, format, MetaKey.INSTALLING));
    }

    /** The place before the log's first entry. */
    LogPosition logBegin() {
        return base == null ? LogPosition.ZERO : base.position();
    }

    private static @Nullable LogBase base(LogDatabase database, StoreFormat format, MetaKey key)
            throws UnreadableException, RocksDBException {
        if (format.knowsBases()) {
            return MetaCodec.base(key, record(database, key));
        }
        if (database.db().get(database.meta(), key.bytes()) != null) {
            throw UnreadableException.damaged("a record \"" + key + "\" in a directory of format " + format.number()
                    + ", which has none");
        }
        return null;
    }

    private static byte[] record(LogDatabase database, MetaKey key) throws UnreadableException, RocksDBException {
        byte[] stored = database.db().get(database.meta(), key.bytes());
        if (stored == null) {
            throw UnreadableException.damaged("no record \"" + key + "\"");
        }
        return stored;
    }
}
