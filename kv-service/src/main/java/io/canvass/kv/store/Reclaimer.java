package io.canvass.kv.store;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Removes history below the compact revision, a bounded step at a time, beside apply. Nothing that can still be read
 * changes, and no state hash: what is compacted counts as gone from the moment its entry was applied. A crash loses
 * steps, which are done again; {@code reclaimed} says where to go on, in the same write as what was removed.
 *
 * <p>A step goes along {@code changes} for a while, up to its <em>end</em>, and does what a compaction to there would: of each key
 * that was changed on the way, the newest version that is not above the end stays, all older ones go, and it itself if it
 * is a deletion. Each key is looked at once in a step, however often it was written, and in the order in which versions
 * lie. So a step removes about as much as it reads, wherever the compact revision has gone meanwhile.
 *
 * <p>Of each key, whatever is older than its version at the end of the step before, the <em>base</em>, is gone since then. The
 * walk ends there: beyond lie only the marks of what was removed, which RocksDB drops when it compacts its tables, and where
 * that is behind, a walk over all of them for each key would keep it behind.
 */
final class Reclaimer {
    /** A step ends with the revision that brings it to so many changed keys, or so many bytes of them. */
    private static final int STEP_CHANGES = 32_768;

    private static final long STEP_BYTES = 4L << 20;
    /** In one write, so that apply never waits for more. */
    private static final int WRITE_ROWS = 1000;

    private final Database database;
    private final long target;
    private final WriteBatch writes;
    private final ReadOptions options;
    private int changesLeft = STEP_CHANGES;
    private long bytesLeft = STEP_BYTES;

    private Reclaimer(Database database, long target, WriteBatch writes, ReadOptions options) {
        this.database = database;
        this.target = target;
        this.writes = writes;
        this.options = options;
    }

    static boolean isDue(Database database, StoreState published) {
        return database.reclaimed(database.latest()) < published.compactRevision();
    }

    /**
     * @param published a state that readers are judged by: whoever reads below its compact revision is refused
     * @return whether there is more to do
     */
    static boolean step(Database database, StoreState published) throws RocksDBException {
        if (!isDue(database, published)) {
            return false;
        }
        try (WriteBatch writes = new WriteBatch();
                ReadOptions options = new ReadOptions().setFillCache(false)) {
            return new Reclaimer(database, published.compactRevision(), writes, options).step();
        }
    }

    private boolean step() throws RocksDBException {
        long from = database.reclaimed(options);
        long base = database.reclaimBase(options);
        SortedSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        long end = collect(from, keys);
        prune(keys, end, base);
        // Only now: a crash between two writes finds again what the versions' walk needs.
        removeChanges(from, Math.min(end, target - 1));
        boolean whole = end == target;
        boolean done = whole && removeSamples();
        // The changes at the target are met once more if samples are left, and nothing is older than they are.
        byte[] reached = KeyLayout.number(whole && !done ? end - 1 : end);
        writes.put(database.meta(), KeyLayout.RECLAIMED_KEY, reached);
        // An earlier version left off between two ends: only a walk that is whole makes up for it.
        if (whole || base == from) {
            writes.put(database.meta(), KeyLayout.RECLAIM_BASE_KEY, reached);
        }
        database.write(writes);
        return !done;
    }

    /**
     * @param keys takes up what was changed
     * @return the last revision of this step
     */
    private long collect(long from, SortedSet<byte[]> keys) throws RocksDBException {
        long end = from;
        try (RocksIterator changes = database.iterator(database.changes(), options)) {
            for (changes.seek(KeyLayout.number(from)); changes.isValid(); changes.next()) {
                long revision = KeyLayout.number(changes.key());
                if (revision > target) {
                    break;
                }
                if (changesLeft <= 0 || bytesLeft <= 0) {
                    return end;
                }
                for (KeyLayout.Changed change : KeyLayout.changed(changes.value())) {
                    changesLeft--;
                    bytesLeft -= change.key().length;
                    if (change.kind() != KeyLayout.LOCK) {
                        keys.add(change.key());
                    }
                }
                end = revision;
            }
            Database.requireSound(changes);
        }
        return target;
    }

    /** Those at the target stay, and are where the next compaction begins. */
    private void removeChanges(long from, long to) throws RocksDBException {
        try (RocksIterator changes = database.iterator(database.changes(), options)) {
            for (changes.seek(KeyLayout.number(from)); changes.isValid(); changes.next()) {
                if (KeyLayout.number(changes.key()) > to) {
                    break;
                }
                remove(database.changes(), changes.key());
            }
            Database.requireSound(changes);
        }
    }

    private void remove(ColumnFamilyHandle family, byte[] row) throws RocksDBException {
        writes.delete(family, row);
        if (writes.count() >= WRITE_ROWS) {
            database.write(writes);
            writes.clear();
        }
    }

    private void prune(SortedSet<byte[]> keys, long end, long base) throws RocksDBException {
        try (RocksIterator versions = database.iterator(database.versions(), options)) {
            for (byte[] key : keys) {
                prune(versions, KeyLayout.versionKey(key, end), base);
            }
        }
    }

    private void prune(RocksIterator versions, byte[] newest, long base) throws RocksDBException {
        versions.seek(newest);
        if (!isOfKey(versions, newest) || KeyLayout.revisionOf(versions.key()) <= base) {
            return;
        }
        if (versions.value()[0] == KeyLayout.DELETE) {
            remove(database.versions(), versions.key());
        }
        boolean older = true;
        for (versions.next(); older && isOfKey(versions, newest); versions.next()) {
            remove(database.versions(), versions.key());
            older = KeyLayout.revisionOf(versions.key()) > base;
        }
    }

    private static boolean isOfKey(RocksIterator versions, byte[] row) {
        if (!versions.isValid()) {
            Database.requireSound(versions);
            return false;
        }
        return KeyLayout.sameKey(versions.key(), row);
    }

    /** @return whether all those of compacted revisions are gone */
    private boolean removeSamples() throws RocksDBException {
        int removed = 0;
        try (RocksIterator rows = database.iterator(database.system(), options)) {
            for (rows.seek(SystemLayout.sample(0)); isSampleBelowTarget(rows); rows.next()) {
                if (removed == STEP_CHANGES) {
                    return false;
                }
                remove(database.system(), rows.key());
                removed++;
            }
            Database.requireSound(rows);
            return true;
        }
    }

    private boolean isSampleBelowTarget(RocksIterator rows) {
        return rows.isValid()
                && rows.key()[0] == SystemLayout.SAMPLE
                && KeyLayout.number(rows.value()) < target;
    }
}
