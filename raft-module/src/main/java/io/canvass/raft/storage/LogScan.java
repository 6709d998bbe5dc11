package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogPosition;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The whole log, read and verified once at open: contiguous from the base on, every checksum right, epochs never
 * falling. What the base stands for is not there, and costs nothing.
 *
 * @param configurations all configuration entries, ascending
 * @param entries how many were read
 */
record LogScan(LogShape shape, List<Entry> configurations, long entries) {
    private static final int READAHEAD_BYTES = 2 << 20;
    private static final int FIRST_BUFFER_BYTES = 64 << 10;

    /** @throws UnreadableException at the first entry that is missing, damaged or out of order */
    static LogScan run(LogDatabase database, LogPosition base) throws RocksDBException, UnreadableException {
        LogShape shape = new LogShape(base);
        List<Entry> configurations = new ArrayList<>();
        long read = 0;
        byte[] value = new byte[FIRST_BUFFER_BYTES];
        // Blocks that are read once must not push out what is in use.
        try (ReadOptions options = new ReadOptions().setFillCache(false).setReadaheadSize(READAHEAD_BYTES);
                RocksIterator entries = database.db().newIterator(database.log(), options)) {
            // To the first of all, not to the one after the base: what was dropped is to be gone.
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                long index = EntryCodec.index(entries.key());
                requireAbove(base, index);
                int length = entries.value(value);
                if (length > value.length) {
                    value = new byte[Math.max(length, Math.multiplyExact(value.length, 2))];
                    length = entries.value(value);
                }
                EntryCodec.verify(index, value, length);
                String objection = shape.objectionTo(index, EntryCodec.epoch(value));
                if (!objection.isEmpty()) {
                    throw UnreadableException.damaged(objection);
                }
                shape.append(index, EntryCodec.epoch(value));
                read++;
                if (EntryCodec.kind(value) == EntryKind.CONFIGURATION) {
                    configurations.add(EntryCodec.decode(index, value, length));
                }
            }
            entries.status();
        }
        return new LogScan(shape, List.copyOf(configurations), read);
    }

    /** The base and the deletion of what it stands for were one batch. */
    private static void requireAbove(LogPosition base, long index) throws UnreadableException {
        if (index <= base.index()) {
            throw UnreadableException.damaged("log entry " + index + " in a log that begins after index "
                    + base.index());
        }
    }
}
