package io.canvass.kv.store;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Removes history below the compact revision, a bounded step at a time, beside apply. Nothing that can still be read
 * changes, and no state hash: what is compacted counts as gone from the moment its entry was applied. A crash loses
 * steps, which are done again; {@code reclaimed} says where to go on, in the same write as what was removed.
 *
 * <p>Goes along {@code changes}. The version of a key that counts at the compact revision is the newest one that is not
 * above it; where that one's own change is met, all older versions of the key are removed, and it itself if it is a
 * deletion. So each key is looked at once, however often it was written.
 *
 * <p>Of each key, whatever is older than its version at the target before, the <em>base</em>, is gone since then. The walk ends
 * there: beyond lie only the marks of what was removed, which RocksDB drops when it compacts its tables, and where that is
 * behind, a walk over all of them for each key would keep it behind.
 */
final class Reclaimer {
    /** Rows removed in one write, and about as many in one step. */
    private static final int STEP_ROWS = 1000;

    private final Database database;
    private final long target;
    private final long base;
    private final WriteBatch writes;
    private int waiting;
    private int removed;

    private Reclaimer(Database database, long target, long base, WriteBatch writes) {
        this.database = database;
        this.target = target;
        this.base = base;
        this.writes = writes;
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
            Reclaimer reclaimer =
                    new Reclaimer(database, published.compactRevision(), database.reclaimBase(options), writes);
            long reached = reclaimer.removeFrom(database.reclaimed(options), options);
            boolean done = reached > reclaimer.target && reclaimer.removeSamples(options);
            // The changes at the target stay, and are where the next compaction begins.
            writes.put(
                    database.meta(),
                    KeyLayout.RECLAIMED_KEY,
                    KeyLayout.number(done ? reclaimer.target : Math.min(reached, reclaimer.target) - 1));
            if (done) {
                writes.put(database.meta(), KeyLayout.RECLAIM_BASE_KEY, KeyLayout.number(reclaimer.target));
            }
            database.write(writes);
            return !done;
        }
    }

    /** @return the first revision that is not done: above the target if all are */
    private long removeFrom(long from, ReadOptions options) throws RocksDBException {
        try (RocksIterator changes = database.iterator(database.changes(), options);
                RocksIterator versions = database.iterator(database.versions(), options)) {
            for (changes.seek(KeyLayout.number(from)); changes.isValid(); changes.next()) {
                long revision = KeyLayout.number(changes.key());
                if (revision > target) {
                    break;
                }
                if (removed >= STEP_ROWS) {
                    return revision;
                }
                for (KeyLayout.Changed change : KeyLayout.changed(changes.value())) {
                    if (change.kind() != KeyLayout.LOCK) {
                        prune(versions, change.key(), revision);
                    }
                }
                if (revision < target) {
                    writes.delete(database.changes(), changes.key());
                    removed();
                }
            }
            Database.requireSound(changes);
            return target + 1;
        }
    }

    private void prune(RocksIterator versions, byte[] key, long revision) throws RocksDBException {
        if (revision <= base) {
            return;
        }
        byte[] newest = KeyLayout.versionKey(key, target);
        versions.seek(newest);
        if (!versions.isValid() || !KeyLayout.sameKey(versions.key(), newest)) {
            Database.requireSound(versions);
            return;
        }
        if (KeyLayout.revisionOf(versions.key()) != revision) {
            return;
        }
        if (versions.value()[0] == KeyLayout.DELETE) {
            remove(versions.key());
        }
        boolean older = true;
        for (versions.next(); older && versions.isValid() && KeyLayout.sameKey(versions.key(), newest); versions.next()) {
            remove(versions.key());
            older = KeyLayout.revisionOf(versions.key()) > base;
        }
        Database.requireSound(versions);
    }

    private void remove(byte[] version) throws RocksDBException {
        writes.delete(database.versions(), version);
        removed();
    }

    /** What is removed already may be written at any time: it is not needed, wherever the work is taken up again. */
    private void removed() throws RocksDBException {
        removed++;
        waiting++;
        if (waiting == STEP_ROWS) {
            database.write(writes);
            writes.clear();
            waiting = 0;
        }
    }

    /** @return whether all those of compacted revisions are gone */
    private boolean removeSamples(ReadOptions options) throws RocksDBException {
        try (RocksIterator rows = database.iterator(database.system(), options)) {
            for (rows.seek(SystemLayout.sample(0)); isSampleBelowTarget(rows); rows.next()) {
                if (removed >= 2 * STEP_ROWS) {
                    return false;
                }
                writes.delete(database.system(), rows.key());
                removed();
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
