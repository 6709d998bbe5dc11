package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;

/** Reads ranges of the log, from any thread. */
final class LogReader {
    private final Path directory;
    private final LogDatabase database;

    /** The last index that is dropped; raised a moment after the entries are. */
    private volatile long dropped;

    LogReader(Path directory, LogDatabase database, long dropped) {
        this.directory = directory;
        this.database = database;
        this.dropped = dropped;
    }

    /** Everything at or below {@code index} is gone. */
    void dropped(long index) {
        dropped = index;
    }

    List<Entry> read(long from, long to, int maxBytes) {
        if (from < 1 || to < from || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "No such range of the log: " + from + " to " + to + ", at most " + maxBytes + " bytes");
        }
        if (from <= dropped) {
            return List.of();
        }
        try {
            return readStored(from, to, maxBytes);
        } catch (UnreadableException e) {
            throw new DamagedLogException("The log in " + directory + " was not read from " + from + " to " + to
                    + ". Found: " + e.what() + ". " + e.whatToDo(), e);
        } catch (RocksDBException e) {
            if (Refusal.codeOf(e) == Status.Code.Corruption) {
                throw new DamagedLogException("The log in " + directory + " was not read from " + from + " to " + to
                        + ". Found: damage (" + e.getMessage() + "). " + UnreadableException.REPLACE, e);
            }
            throw new StorageException("The log in " + directory + " was not read from " + from + " to " + to + ": "
                    + e.getMessage() + ". Check the disk, then restart this node: it verifies its whole log.", e);
        }
    }

    private List<Entry> readStored(long from, long to, int maxBytes) throws RocksDBException, UnreadableException {
        List<Entry> range = new ArrayList<>();
        // An iterator sees the log as it was at one moment: never the beginning of one history and the end of another
        // (HAZARDS F9).
        try (RocksIterator entries = database.db().newIterator(database.log())) {
            long bytes = 0;
            long next = from;
            for (entries.seek(EntryCodec.key(from)); entries.isValid() && next <= to; entries.next()) {
                long index = EntryCodec.index(entries.key());
                if (index != next && wasDropped(from)) {
                    return List.of();
                }
                requireIndex(next, index);
                byte[] value = entries.value();
                Entry entry = EntryCodec.decode(next, value, value.length);
                bytes += entry.sizeBytes();
                if (bytes > maxBytes && !range.isEmpty()) {
                    return range;
                }
                range.add(entry);
                next++;
            }
            entries.status();
            if (next > to) {
                return range;
            }
            if (wasDropped(from)) {
                return List.of();
            }
            throw new StorageException("Log entry " + next + " was not read from " + directory
                    + ": the log ends before it. If it was truncated meanwhile, read again up to the new end.");
        }
    }

    /**
     * Whether the entry is missing because a base took its place while the read began. The base is stored with the
     * deletion: whoever misses the entries finds it.
     */
    private boolean wasDropped(long index) throws RocksDBException, UnreadableException {
        byte[] stored = database.db().get(database.meta(), MetaKey.LOG_BASE.bytes());
        LogBase base = stored == null ? null : MetaCodec.base(MetaKey.LOG_BASE, stored);
        return base != null && index <= base.position().index();
    }

    private static void requireIndex(long expected, long found) throws UnreadableException {
        if (found != expected) {
            throw UnreadableException.damaged("log entry " + found + " where " + expected + " must be");
        }
    }
}
