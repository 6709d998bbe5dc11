package io.canvass.kv.store;

import java.util.List;

import io.canvass.raft.storage.RocksLibrary;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.TablePropertiesCollectorFactory;

/** How RocksDB is set up. Owns the one block cache and outlives every {@link Database} opened with it. */
final class Tuning implements AutoCloseable {
    static {
        RocksLibrary.load();
    }

    private static final int MAX_OPEN_FILES = 512;
    private static final int MAX_BACKGROUND_JOBS = 2;
    /** Buffers of one column family, the active one included; beyond these, writes wait for the flush. */
    private static final int MAX_WRITE_BUFFERS = 4;
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final int MAX_INFO_LOGS = 4;
    /** A table is compacted when half of it is deletions, or that many of so many rows in a row. */
    private static final int DELETION_WINDOW_ROWS = 4096;

    private static final int DELETION_TRIGGER_ROWS = 3072;
    private static final double DELETION_RATIO = 0.5;
    private static final long MAX_INFO_LOG_BYTES = 4L << 20;

    private static final int SHARDS_BY_SIZE = -1;
    /** Of the cache; else a scan drives out what each look into a table needs first. */
    private static final double INDEX_SHARE_OF_CACHE = 0.5;

    private final Cache cache;
    private final BloomFilter filter;
    private final DBOptions database;
    private final TablePropertiesCollectorFactory deletions;
    private final ColumnFamilyOptions family;

    Tuning(StoreLimits limits) {
        cache = new LRUCache(limits.blockCacheBytes(), SHARDS_BY_SIZE, false, INDEX_SHARE_OF_CACHE);
        filter = new BloomFilter(BLOOM_BITS_PER_KEY);
        database = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // There is no WAL: what holds the families together after a crash is that they are flushed together.
                .setAtomicFlush(true)
                // After a failed write memory is not to be trusted; a clean close flushes by itself.
                .setAvoidFlushDuringShutdown(true)
                .setDbWriteBufferSize(limits.writeBufferBytes())
                .setMaxOpenFiles(MAX_OPEN_FILES)
                .setMaxBackgroundJobs(MAX_BACKGROUND_JOBS)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(MAX_INFO_LOGS)
                .setMaxLogFileSize(MAX_INFO_LOG_BYTES)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
        // So that what is deleted gives its space back, also where nothing is written any more.
        deletions = TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                DELETION_WINDOW_ROWS, DELETION_TRIGGER_ROWS, DELETION_RATIO);
        try (Options options = new Options()) {
            // Column family options have no setter for it; they take it over from here.
            options.setTablePropertiesCollectorFactory(List.of(deletions));
            family = new ColumnFamilyOptions(options);
        }
        family.setWriteBufferSize(limits.writeBufferBytes())
                .setMaxWriteBufferNumber(MAX_WRITE_BUFFERS)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        // Else they live outside of the cache, and nothing bounds them.
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        // A table's whole index and filter are megabytes: read anew for one look where the cache is full.
                        .setIndexType(IndexType.kTwoLevelIndexSearch)
                        .setPartitionFilters(true)
                        .setPinTopLevelIndexAndFilter(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
    }

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions family() {
        return family;
    }

    @Override
    public void close() {
        database.close();
        family.close();
        deletions.close();
        filter.close();
        cache.close();
    }
}
