package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.FeedPage;
import io.canvass.kv.store.KvQueries.FeedPosition;
import io.canvass.kv.store.KvQueries.History;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.KvQueries.Version;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;
import org.rocksdb.RocksIterator;

/**
 * Reads of what was: versions of a key, and changes in the order of revisions. What lies below the compact revision is
 * not shown, though it may still be there: so answers do not depend on how far its removal is.
 */
final class Histories {
    private Histories() {}

    static History versions(
            Database database, ReadView view, Bytes key, OptionalLong before, int limit, long maxBytes) {
        StoreState state = view.state();
        long newest = Math.min(before.orElse(Long.MAX_VALUE) - 1, state.revision());
        if (before.isPresent() && newest < state.compactRevision()) {
            throw new RevisionCompactedException(newest, state.compactRevision());
        }
        List<Version> found = new ArrayList<>();
        byte[] wanted = KeyLayout.versionKey(key.array(), newest);
        long bytes = 0;
        try (RocksIterator rows = database.iterator(database.versions(), view.options())) {
            for (rows.seek(wanted); rows.isValid() && KeyLayout.sameKey(rows.key(), wanted); rows.next()) {
                long revision = KeyLayout.revisionOf(rows.key());
                Optional<StoredValue> value = KeyLayout.stored(key, revision, rows.value());
                boolean atTheEnd = revision <= state.compactRevision();
                if (atTheEnd && value.isEmpty()) {
                    break;
                }
                bytes += value.map(stored -> stored.value().size()).orElse(0);
                if (found.size() == limit || (bytes > maxBytes && !found.isEmpty())) {
                    return new History(state.revision(), state.compactRevision(), found, true);
                }
                found.add(new Version(revision, value));
                if (atTheEnd) {
                    break;
                }
            }
            Database.requireSound(rows);
        }
        return new History(state.revision(), state.compactRevision(), found, false);
    }

    static FeedPage changes(
            Database database, ReadView view, FeedPosition from, int maxChanges, long maxBytes, Previous previous) {
        StoreState state = view.state();
        if (from.revision() < state.compactRevision()) {
            throw new RevisionCompactedException(from.revision(), state.compactRevision());
        }
        Feed feed = new Feed(database, view, maxChanges, maxBytes, previous);
        try (RocksIterator rows = database.iterator(database.changes(), view.options())) {
            for (rows.seek(KeyLayout.number(from.revision())); rows.isValid(); rows.next()) {
                long revision = KeyLayout.number(rows.key());
                int skip = revision == from.revision() ? from.skip() : 0;
                if (!feed.add(revision, skip, KeyLayout.changed(rows.value()))) {
                    return feed.full();
                }
            }
            Database.requireSound(rows);
        }
        return new FeedPage(
                feed.revisions,
                FeedPosition.at(Math.max(from.revision(), state.revision() + 1)),
                state.revision());
    }

    /** A page of the feed while it is filled. */
    private static final class Feed {
        private final Database database;
        private final ReadView view;
        private final int maxChanges;
        private final long maxBytes;
        private final Previous previous;
        private final List<RevisionChanges> revisions = new ArrayList<>();
        private FeedPosition next = FeedPosition.at(0);
        private int count;
        private long bytes;

        Feed(Database database, ReadView view, int maxChanges, long maxBytes, Previous previous) {
            this.database = database;
            this.view = view;
            this.maxChanges = maxChanges;
            this.maxBytes = maxBytes;
            this.previous = previous;
        }

        /** @return whether all of it found room */
        boolean add(long revision, int skip, List<KeyLayout.Changed> changed) {
            List<Change> changes = new ArrayList<>();
            for (int i = skip; i < changed.size(); i++) {
                if (count == maxChanges) {
                    return cut(revision, i, changes);
                }
                Change change = change(revision, changed.get(i));
                bytes += bytesOf(change);
                if (bytes > maxBytes && count > 0) {
                    return cut(revision, i, changes);
                }
                changes.add(change);
                count++;
            }
            if (!changes.isEmpty()) {
                revisions.add(new RevisionChanges(revision, changes, true));
            }
            return true;
        }

        private boolean cut(long revision, int at, List<Change> changes) {
            if (!changes.isEmpty()) {
                revisions.add(new RevisionChanges(revision, changes, false));
            }
            next = new FeedPosition(revision, at);
            return false;
        }

        FeedPage full() {
            return new FeedPage(revisions, next, next.revision() - 1);
        }

        private Change change(long revision, KeyLayout.Changed changed) {
            Bytes key = Bytes.wrap(changed.key());
            return switch (changed.kind()) {
                case KeyLayout.PUT -> new Change.Put(
                        Reads.version(database, view.options(), key, revision), before(key, revision));
                case KeyLayout.DELETE -> new Change.Delete(key, before(key, revision));
                case KeyLayout.LOCK -> new Change.Lock(
                        LockSpace.forNumber(changed.key()[0]),
                        Bytes.wrap(Arrays.copyOfRange(changed.key(), 1, changed.key().length)));
                default -> throw StoreException.damaged("a change at revision " + revision + " is of kind "
                        + changed.kind());
            };
        }

        /** What a change at the compact revision itself replaced is gone, whether or not it was removed yet. */
        private Optional<StoredValue> before(Bytes key, long revision) {
            return previous == Previous.WITH && revision > view.state().compactRevision()
                    ? Reads.at(database, view.options(), key, revision - 1)
                    : Optional.empty();
        }

        private static long bytesOf(Change change) {
            return switch (change) {
                case Change.Put put -> bytesOf(put.entry()) + put.previous().map(Feed::bytesOf).orElse(0L);
                case Change.Delete delete -> delete.key().size() + delete.previous().map(Feed::bytesOf).orElse(0L);
                case Change.Lock lock -> lock.name().size();
            };
        }

        private static long bytesOf(StoredValue entry) {
            return (long) entry.key().size() + entry.value().size();
        }
    }
}
