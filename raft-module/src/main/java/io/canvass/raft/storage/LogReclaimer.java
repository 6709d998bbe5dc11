package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.rocksdb.CompactRangeOptions;
import org.rocksdb.Range;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the disk space of dropped entries back, beside the writes, on a thread of its own that ends when idle. May be
 * called from any thread.
 *
 * <p>A range delete only hides entries; they go when a compaction meets it, and RocksDB alone may leave that for long,
 * since tables of rising keys hardly ever overlap. So the dropped range is compacted: its tables are read once and not
 * written again, except for the one that the base is in, of at most {@link LogDatabaseOptions#LOG_TABLE_BYTES}. That
 * is done when dropped entries take at least {@value #WORTHWHILE_BYTES} bytes of tables; so much, and what is in
 * memtables and the write-ahead log, they may take for ever. At most one compaction is under way, and one waits.
 *
 * <p>{@code deleteFilesInRanges} would spare the reads. But it deletes tables with no regard to each other: if one that
 * holds a range delete goes before one that holds the entries, or while that one is being compacted, these are in the
 * log again, and could not be told from damage.
 */
final class LogReclaimer implements AutoCloseable {
    static final long WORTHWHILE_BYTES = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(LogReclaimer.class);
    private static final long IDLE_SECONDS = 1;

    private final Path directory;
    private final LogDatabase database;
    private final CompactRangeOptions options = new CompactRangeOptions()
            .setExclusiveManualCompaction(false)
            .setAllowWriteStall(false);
    /** What comes while one runs and one waits is dropped: the one that waits does it all. */
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1), Thread.ofPlatform().name("raft-log-reclaimer").daemon(true).factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    private volatile long dropped;

    LogReclaimer(Path directory, LogDatabase database) {
        this.directory = directory;
        this.database = database;
        thread.allowCoreThreadTimeOut(true);
    }

    /** Everything at or below {@code index} is gone. Returns at once. */
    void dropped(long index) {
        if (index == 0) {
            return;
        }
        dropped = index;
        thread.execute(this::reclaim);
    }

    private void reclaim() {
        long last = dropped;
        if (options.canceled()) {
            return;
        }
        try {
            long before = bytesUpTo(last);
            if (before < WORTHWHILE_BYTES) {
                return;
            }
            database.db().compactRange(database.log(), EntryCodec.key(0), EntryCodec.key(last), options);
            LOG.info("Dropped log entries up to {} took {} bytes in {}, now {}", last, before, directory,
                    bytesUpTo(last));
        } catch (RocksDBException e) {
            // No write is lost by it. If the disk is at fault, the next write fails, and that is final.
            if (!options.canceled()) {
                LOG.warn("The disk space of dropped log entries in {} was not given back: {}. It is tried again with"
                        + " the next ones.", directory, e.getMessage());
            }
        }
    }

    /** Bytes in tables, roughly: dropped entries count until they are gone. */
    private long bytesUpTo(long index) {
        try (Slice first = new Slice(EntryCodec.key(0));
                Slice end = new Slice(EntryCodec.key(index + 1))) {
            return database.db().getApproximateSizes(
                    database.log(), List.of(new Range(first, end)), SizeApproximationFlag.INCLUDE_FILES)[0];
        }
    }

    /** Ends a compaction that is under way, and waits for that. */
    @Override
    public void close() {
        options.setCanceled(true);
        thread.close();
        options.close();
    }
}
