package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;

/**
 * Everything that can be read of the applied state of this node, beside {@link KvReader}. Thread-safe; never waits for
 * replication. Each answer is of one state of the store.
 *
 * <p>What asks for a revision throws {@link RevisionCompactedException} if that is below the compact revision, and
 * {@link RevisionInFutureException} if it is above the store's.
 */
public interface KvQueries extends KvReader {
    /** The key as it stood at {@code revision}. */
    Lookup get(Bytes key, long revision);

    RangePage range(RangeQuery query);

    /**
     * What was written to a key, newest first, back to the value that it had at the compact revision. Deletions are
     * versions without a value.
     *
     * @param before only versions below this revision, if given
     * @param limit at most so many, above zero
     * @param maxBytes at most so many bytes of values, but at least one version
     */
    History history(Bytes key, OptionalLong before, int limit, long maxBytes);

    /**
     * All changes from a place on, in the order of revisions: what watches are made of.
     *
     * @param from {@link FeedPosition#at}, or where the page before ended; if all up to it was read, and it lies behind
     *     the store's revision, the page is empty
     * @param maxChanges at most so many changes of keys and locks, above zero
     * @param maxBytes at most so many bytes of keys and values, but at least one change
     */
    FeedPage changes(FeedPosition from, int maxChanges, long maxBytes, Previous previous);

    /** Whether changes come with what was there before them. */
    enum Previous {
        WITHOUT,
        WITH
    }

    Optional<LeaseInfo> lease(long id);

    /**
     * Leases by ascending id, and the index up to which the store had applied the log then.
     *
     * @param after only those with a higher id; 0: from the first
     */
    LeasePage leases(long after, int limit);

    /** Keys that are attached to a lease, ascending. */
    List<Bytes> leaseKeys(long id, Optional<Bytes> after, int limit);

    /** Who holds a lock or an election, and who waits for it, in the order of the queue. */
    LockQueue lock(LockSpace space, Bytes name, int limit);

    /** The time of entries: the highest timestamp that was applied, in milliseconds since 1970; 0 for none. */
    long timeMillis();

    /**
     * A revision that the store had reached at a time, in that of entries: the newest that is known to be so old, to
     * about 10 s. Empty if none is. Compacting to it keeps all history since that time.
     */
    OptionalLong revisionAt(long timeMillis);

    /**
     * @param items in the order of the query
     * @param folders in the order of the query; each ends in the separator
     * @param count how many items and folders are on this page
     * @param more whether further ones follow
     * @param last the last key or folder, for {@link RangeQuery#after}
     */
    record RangePage(
            long revision,
            List<StoredValue> items,
            List<Bytes> folders,
            long count,
            boolean more,
            Optional<Bytes> last) {
        public RangePage {
            items = List.copyOf(items);
            folders = List.copyOf(folders);
        }
    }

    /** @param value empty: the key was deleted */
    record Version(long revision, Optional<StoredValue> value) {}

    /** @param more whether older versions follow */
    record History(long revision, long compactRevision, List<Version> versions, boolean more) {
        public History {
            versions = List.copyOf(versions);
        }
    }

    /**
     * A place between two changes.
     *
     * @param skip how many changes of {@code revision} are behind it
     */
    record FeedPosition(long revision, int skip) {
        /** Before all changes of {@code revision}. */
        public static FeedPosition at(long revision) {
            return new FeedPosition(revision, 0);
        }
    }

    /**
     * @param revisions in order; each with at least one change
     * @param next where the next page begins
     * @param through all changes up to this revision, inclusive, are on this page or before it; what may be told as
     *     progress once they were sent
     */
    record FeedPage(List<RevisionChanges> revisions, FeedPosition next, long through) {
        public FeedPage {
            revisions = List.copyOf(revisions);
        }
    }

    /** @param complete whether these are the last changes of the revision; false where a page had no room for all */
    record RevisionChanges(long revision, List<Change> changes, boolean complete) {
        public RevisionChanges {
            changes = List.copyOf(changes);
        }
    }

    /** What one revision did to one key or lock. */
    sealed interface Change {
        /** @param previous empty where it was not asked for, did not exist, or is compacted */
        record Put(StoredValue entry, Optional<StoredValue> previous) implements Change {}

        /** @param previous as in {@link Put} */
        record Delete(Bytes key, Optional<StoredValue> previous) implements Change {}

        /** The queue of a lock or election changed; {@link KvQueries#lock} says how it stands. */
        record Lock(LockSpace space, Bytes name) implements Change {}
    }

    record LeasePage(long appliedIndex, List<LeaseInfo> leases, boolean more) {
        public LeasePage {
            leases = List.copyOf(leases);
        }
    }

    /** @param waiting the first of them, up to the limit that was given */
    record LockQueue(long revision, Optional<Ticket> holder, List<Ticket> waiting, long waiters) {
        public LockQueue {
            waiting = List.copyOf(waiting);
        }
    }
}
