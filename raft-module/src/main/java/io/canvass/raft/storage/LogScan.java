package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The whole log, read and verified once at open: contiguous from index 1, every checksum right, epochs never falling.
 *
 * @param configurations all configuration entries, ascending
 */
record LogScan(LogShape shape, List<Entry> configurations) {
    private static final int READAHEAD_BYTES = 2 << 20;
    private static final int FIRST_BUFFER_BYTES = 64 << 10;

    /** @throws UnreadableException at the first entry that is missing, damaged or out of order */
    static LogScan run(LogDatabase database) throws RocksDBException, UnreadableException {
        LogShape shape = new LogShape();
        List<Entry> configurations = new ArrayList<>();
        byte[] value = new byte[FIRST_BUFFER_BYTES];
        // Blocks that are read once must not push out what is in use.
        try (ReadOptions options = new ReadOptions().setFillCache(false).setReadaheadSize(READAHEAD_BYTES);
                RocksIterator entries = database.db().newIterator(database.log(), options)) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                long index = EntryCodec.index(entries.key());
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
                if (EntryCodec.kind(value) == EntryKind.CONFIGURATION) {
                    configurations.add(EntryCodec.decode(index, value, length));
                }
            }
            entries.status();
        }
        return new LogScan(shape, List.copyOf(configurations));
    }
}
