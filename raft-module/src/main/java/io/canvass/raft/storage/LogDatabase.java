package io.canvass.raft.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The open database with its column families and all native objects that it needs; closes them, each before what it
 * was made of.
 */
final class LogDatabase implements AutoCloseable {
    static final String DEFAULT = "default";
    static final String META = "meta";
    static final String LOG = "log";

    private static final Set<String> COLUMN_FAMILIES = Set.of(DEFAULT, META, LOG);

    private final OwnedResources natives;
    private final RocksDB db;
    private final ColumnFamilyHandle meta;
    private final ColumnFamilyHandle log;
    private final WriteOptions syncedWrites;
    private final Statistics statistics;

    private LogDatabase(OwnedResources natives, Path path, Creation creation) throws RocksDBException {
        this.natives = natives;
        Cache cache = natives.own(LogDatabaseOptions.blockCache());
        ColumnFamilyOptions metaOptions = natives.own(LogDatabaseOptions.meta(cache));
        ColumnFamilyOptions logOptions = natives.own(LogDatabaseOptions.log(cache));
        this.statistics = natives.own(new Statistics());
        DBOptions options = natives.own(LogDatabaseOptions.database(statistics));
        if (creation == Creation.NEW) {
            options.setCreateIfMissing(true).setCreateMissingColumnFamilies(true).setErrorIfExists(true);
        }
        this.syncedWrites = natives.own(LogDatabaseOptions.syncedWrites());
        LogDatabaseOptions.requireDurable(options, syncedWrites);
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        this.db = natives.own(RocksDB.open(options, path.toString(),
                List.of(descriptor(DEFAULT, metaOptions), descriptor(META, metaOptions), descriptor(LOG, logOptions)),
                handles));
        handles.forEach(natives::own);
        this.meta = handles.get(1);
        this.log = handles.get(2);
    }

    private enum Creation {
        NEW,
        EXISTING
    }

    /** Creates an empty database where there is nothing. */
    static LogDatabase create(Path path) throws RocksDBException {
        return open(path, Creation.NEW);
    }

    /**
     * Opens a database that {@link #create} has made.
     *
     * @throws UnreadableException if its column families are not ours: damage, or a newer format
     */
    static LogDatabase open(Path path) throws RocksDBException, UnreadableException {
        requireOwnColumnFamilies(path);
        requireWriteAheadLog(path);
        return open(path, Creation.EXISTING);
    }

    /**
     * A database always has a WAL file: the next is made before the last is deleted. RocksDB itself opens without
     * any, as if nothing had been written since the last flush.
     */
    private static void requireWriteAheadLog(Path path) throws UnreadableException {
        String[] logs = path.toFile().list((directory, name) -> name.endsWith(".log"));
        if (logs == null || logs.length == 0) {
            throw UnreadableException.damaged("a database whose write-ahead log (*.log) is gone");
        }
    }

    private static LogDatabase open(Path path, Creation creation) throws RocksDBException {
        OwnedResources natives = new OwnedResources();
        try {
            return new LogDatabase(natives, path, creation);
        } catch (RocksDBException | RuntimeException | Error e) {
            natives.close();
            throw e;
        }
    }

    private static void requireOwnColumnFamilies(Path path) throws RocksDBException, UnreadableException {
        Set<String> found = new TreeSet<>();
        try (Options options = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(options, path.toString())) {
                found.add(new String(name, StandardCharsets.UTF_8));
            }
        }
        if (!found.containsAll(COLUMN_FAMILIES)) {
            throw UnreadableException.damaged("a database with the column families " + found + ", not "
                    + new TreeSet<>(COLUMN_FAMILIES));
        }
        if (found.size() > COLUMN_FAMILIES.size()) {
            requireKnownFormat(path);
            throw UnreadableException.damaged("a database with the column families " + found
                    + ", which no version makes");
        }
    }

    /**
     * Reads nothing but the format, and changes nothing: for a database of which we know only that it may not be
     * ours.
     */
    private static void requireKnownFormat(Path path) throws RocksDBException, UnreadableException {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (ColumnFamilyOptions family = new ColumnFamilyOptions();
                DBOptions options = new DBOptions();
                RocksDB db = RocksDB.openReadOnly(options, path.toString(),
                        List.of(descriptor(DEFAULT, family), descriptor(META, family)), handles)) {
            byte[] format = db.get(handles.get(1), MetaKey.FORMAT.bytes());
            handles.forEach(ColumnFamilyHandle::close);
            if (format != null) {
                MetaCodec.format(format).requireKnown();
            }
        }
    }

    private static ColumnFamilyDescriptor descriptor(String name, ColumnFamilyOptions options) {
        return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), options);
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle meta() {
        return meta;
    }

    ColumnFamilyHandle log() {
        return log;
    }

    /** Writes and syncs. */
    void write(WriteBatch batch) throws RocksDBException {
        db.write(syncedWrites, batch);
    }

    /** How often a WAL file was synced since this database was opened. */
    long walSyncs() {
        return statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
    }

    /** Tables on disk, and memtables for the WAL, which are about as large. */
    long sizeBytes() throws RocksDBException {
        return db.getAggregatedLongProperty("rocksdb.total-sst-files-size")
                + db.getAggregatedLongProperty("rocksdb.size-all-mem-tables");
    }

    @Override
    public void close() {
        natives.close();
    }
}
