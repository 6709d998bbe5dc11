package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads of one database, each of one state of it. Thread-safe. */
final class Reads {
    private Reads() {}

    /** A page, and the state of the store that it shows. */
    record View(StoreState state, KvReader.Page page) {}

    /**
     * A key as it stands at {@code revision}, which must be published: all of its batch is in the database. Takes no
     * snapshot, though apply may go on meanwhile. What the index holds is the newest version; if that is not above the
     * revision, it is the version at that revision, for nothing was written to the key in between. Otherwise, or if the
     * index holds nothing, which may be the work of a batch that is being written now, the history of the key tells.
     *
     * <p>History that is compacted meanwhile may be missing from what this finds: the answer counts only if the compact
     * revision is not above {@code revision} afterwards.
     */
    static Optional<StoredValue> get(Database database, Bytes key, long revision) {
        KeyState newest = database.keyState(database.latest(), key.array());
        if (newest.exists() && newest.modRevision() <= revision) {
            Optional<StoredValue> found = find(database, database.latest(), key, newest.modRevision());
            if (found.isPresent()) {
                return found;
            }
            // Written again and compacted since the index was read, or damaged.
            KeyState again = database.keyState(database.latest(), key.array());
            if (again.equals(newest)) {
                throw missing(key, newest.modRevision());
            }
        }
        return at(database, database.latest(), key, revision);
    }

    /** A key of which the index says that it exists. */
    static StoredValue existing(Database database, ReadOptions options, Bytes key, KeyState state) {
        return version(database, options, key, state.modRevision());
    }

    /** What was written to a key at exactly this revision. */
    static StoredValue version(Database database, ReadOptions options, Bytes key, long revision) {
        return find(database, options, key, revision).orElseThrow(() -> missing(key, revision));
    }

    private static Optional<StoredValue> find(Database database, ReadOptions options, Bytes key, long revision) {
        return database.get(database.versions(), options, KeyLayout.versionKey(key.array(), revision))
                .flatMap(record -> KeyLayout.stored(key, revision, record));
    }

    private static StoreException missing(Bytes key, long revision) {
        return StoreException.damaged("revision " + revision + " is named for a key of " + key.size()
                + " bytes, but there is no such version");
    }

    /** The newest version that is not above {@code revision}: one seek. */
    static Optional<StoredValue> at(Database database, ReadOptions options, Bytes key, long revision) {
        byte[] wanted = KeyLayout.versionKey(key.array(), revision);
        try (RocksIterator versions = database.iterator(database.versions(), options)) {
            versions.seek(wanted);
            if (!versions.isValid()) {
                Database.requireSound(versions);
                return Optional.empty();
            }
            byte[] found = versions.key();
            return KeyLayout.sameKey(found, wanted)
                    ? KeyLayout.stored(key, KeyLayout.revisionOf(found), versions.value())
                    : Optional.empty();
        }
    }

    static View range(Database database, Bytes prefix, int limit, long maxBytes) {
        Snapshot snapshot = database.snapshot();
        Slice end = new Slice(KeyLayout.endOf(prefix.array()).orElse(new byte[0]));
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            if (!end.empty()) {
                options.setIterateUpperBound(end);
            }
            StoreState state = database.state(options);
            return new View(state, page(database, options, prefix, new Bounds(state.revision(), limit, maxBytes)));
        } finally {
            end.close();
            database.release(snapshot);
        }
    }

    private record Bounds(long revision, int limit, long maxBytes) {}

    private static KvReader.Page page(Database database, ReadOptions options, Bytes prefix, Bounds bounds) {
        List<StoredValue> items = new ArrayList<>();
        long bytes = 0;
        try (RocksIterator index = database.iterator(database.index(), options)) {
            for (index.seek(prefix.array()); index.isValid(); index.next()) {
                if (items.size() == bounds.limit()) {
                    return new KvReader.Page(bounds.revision(), items, true);
                }
                Bytes key = Bytes.wrap(index.key());
                StoredValue item = existing(database, options, key, KeyState.decode(index.value()));
                bytes += (long) key.size() + item.value().size();
                if (bytes > bounds.maxBytes() && !items.isEmpty()) {
                    return new KvReader.Page(bounds.revision(), items, true);
                }
                items.add(item);
            }
            Database.requireSound(index);
        }
        return new KvReader.Page(bounds.revision(), items, false);
    }
}
