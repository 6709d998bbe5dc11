package io.canvass.raft.storage;

import java.util.Properties;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Statistics;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/**
 * How RocksDB is set up, and the bounds of its native memory, which together stay below
 * {@code MEMTABLES_AT_MOST * (LOG_MEMTABLE_BYTES + META_MEMTABLE_BYTES) + BLOCK_CACHE_BYTES}, about 136 MiB, beside
 * one write batch and RocksDB's own small change.
 */
final class LogDatabaseOptions {
    private static final long MIB = 1 << 20;

    /** Large, so that the newest entries, which slow peers ask for, are in memory, and flushes are rare. */
    static final long LOG_MEMTABLE_BYTES = 32 * MIB;
    /** Each write replaces the record of the log's end here; a full memtable flushes the log's, too. */
    static final long META_MEMTABLE_BYTES = 8 * MIB;
    /** One that is written to and two that are being flushed: a slow flush does not stop writes at once. */
    static final int MEMTABLES_AT_MOST = 3;
    /** Holds index blocks too, so that these are bounded by it. A log is read in order: more would help nobody. */
    static final long BLOCK_CACHE_BYTES = 16 * MIB;
    static final long LOG_TABLE_BYTES = 2 * LOG_MEMTABLE_BYTES;
    static final int OPEN_FILES_AT_MOST = 512;
    /** Bounds the disk space of the WAL and the time that its replay takes at a start. */
    static final long WAL_BYTES_AT_MOST = 4 * LOG_MEMTABLE_BYTES;

    private static final long LOG_BLOCK_BYTES = 64 << 10;
    private static final int BACKGROUND_JOBS = 2;
    private static final long INFO_LOG_FILES = 2;

    private LogDatabaseOptions() {}

    static Cache blockCache() {
        return new LRUCache(BLOCK_CACHE_BYTES);
    }

    /**
     * Recovery of the WAL, of the modes that RocksDB has (HAZARDS E11):
     *
     * <ul>
     *   <li>kTolerateCorruptedTailRecords, ours: a last record that is cut short was being written when the machine
     *       died. Its sync had not returned, so nothing in it was ever acknowledged: it is cut. A record that is
     *       complete but does not match its checksum is damage to what was acknowledged, and the open fails.
     *   <li>kPointInTimeRecovery replays up to the first damage, wherever that is, and opens as if nothing had been
     *       after it: votes and acknowledged entries would be gone in silence.
     *   <li>kAbsoluteConsistency does not open after a crash that tore the last record (rocksdb #1351).
     * </ul>
     *
     * <p>Recycled WAL files have no recognisable end, so there are none.
     */
    static DBOptions database(Statistics statistics) {
        Properties notInJavaApi = new Properties();
        // The sizes of finished WAL files are recorded, so that one that is missing or cut short is not taken for a
        // torn tail.
        notInJavaApi.setProperty("track_and_verify_wals_in_manifest", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(notInJavaApi);
        if (options == null) {
            throw new StorageException("This RocksDB does not know the option track_and_verify_wals_in_manifest. "
                    + "Use the version of rocksdbjni that Canvass was built with.");
        }
        return options.setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setRecycleLogFileNum(0)
                .setParanoidChecks(true)
                .setManualWalFlush(false)
                // One WAL holds both column families; flushed together, they let go of it together.
                .setAtomicFlush(true)
                .setMaxTotalWalSize(WAL_BYTES_AT_MOST)
                // The first error is final (HAZARDS E9): RocksDB must not mend it behind our back.
                .setMaxBgErrorResumeCount(0)
                .setMaxOpenFiles(OPEN_FILES_AT_MOST)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setStatistics(statistics)
                .setStatsDumpPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(MIB)
                .setKeepLogFileNum(INFO_LOG_FILES);
    }

    /** For {@code meta}, and {@code default}, which stays empty. */
    static ColumnFamilyOptions meta(Cache blockCache) {
        return common(blockCache).setWriteBufferSize(META_MEMTABLE_BYTES);
    }

    /**
     * Keys only rise, so that flushed files do not overlap and compaction moves them down a level without rewriting
     * them; nothing more is to be saved by switching it off.
     */
    static ColumnFamilyOptions log(Cache blockCache) {
        return common(blockCache)
                .setWriteBufferSize(LOG_MEMTABLE_BYTES)
                .setTargetFileSizeBase(LOG_TABLE_BYTES)
                .setLevelCompactionDynamicLevelBytes(true);
    }

    private static ColumnFamilyOptions common(Cache blockCache) {
        return new ColumnFamilyOptions()
                .setMaxWriteBufferNumber(MEMTABLES_AT_MOST)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(blockCache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setBlockSize(LOG_BLOCK_BYTES));
    }

    /** What every write of this package uses (HAZARDS E10). */
    static WriteOptions syncedWrites() {
        return new WriteOptions().setSync(true).setDisableWAL(false).setIgnoreMissingColumnFamilies(false);
    }

    /** @throws StorageException if a write that returns would not be on the disk */
    static void requireDurable(DBOptions database, WriteOptions writes) {
        if (!writes.sync() || writes.disableWAL() || database.manualWalFlush() || database.recycleLogFileNum() != 0
                || database.walRecoveryMode() != WALRecoveryMode.TolerateCorruptedTailRecords) {
            throw new StorageException("The options of the Raft store would lose acknowledged writes: sync="
                    + writes.sync() + ", disableWAL=" + writes.disableWAL() + ", manualWalFlush="
                    + database.manualWalFlush() + ", recycleLogFileNum=" + database.recycleLogFileNum()
                    + ", walRecoveryMode=" + database.walRecoveryMode()
                    + ". This is a fault of Canvass; please report it.");
        }
    }
}
