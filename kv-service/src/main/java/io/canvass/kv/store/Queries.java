package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;

/** Each read on a {@link ReadView} of its own. */
final class Queries implements KvQueries {
    private final KvStore store;

    Queries(KvStore store) {
        this.store = store;
    }

    @Override
    public Lookup get(Bytes key) {
        return store.get(key);
    }

    @Override
    public Page range(Bytes prefix, int limit, long maxBytes) {
        return store.range(prefix, limit, maxBytes);
    }

    @Override
    public long revision() {
        return store.revision();
    }

    @Override
    public long compactRevision() {
        return store.compactRevision();
    }

    @Override
    public Lookup get(Bytes key, long revision) {
        return store.read((database, view) -> {
            ReadView.requireReadable(view.state(), revision);
            return new Lookup(revision, Reads.at(database, view.options(), key, revision));
        });
    }

    @Override
    public RangePage range(RangeQuery query) {
        return store.read((database, view) -> Ranges.page(database, view, query));
    }

    @Override
    public History history(Bytes key, OptionalLong before, int limit, long maxBytes) {
        requireBounds(limit, maxBytes);
        return store.read((database, view) -> Histories.versions(database, view, key, before, limit, maxBytes));
    }

    @Override
    public FeedPage changes(FeedPosition from, int maxChanges, long maxBytes, Previous previous) {
        requireBounds(maxChanges, maxBytes);
        return store.read((database, view) ->
                Histories.changes(database, view, from, maxChanges, maxBytes, previous));
    }

    @Override
    public Optional<LeaseInfo> lease(long id) {
        return store.read((database, view) -> SystemReads.lease(database, view.options(), id));
    }

    @Override
    public LeasePage leases(long after, int limit) {
        requireBounds(limit, 0);
        return store.read((database, view) -> SystemReads.leases(database, view, after, limit));
    }

    @Override
    public List<Bytes> leaseKeys(long id, Optional<Bytes> after, int limit) {
        requireBounds(limit, 0);
        return store.read((database, view) -> SystemReads.leaseKeys(database, view, id, after, limit));
    }

    @Override
    public LockQueue lock(LockSpace space, Bytes name, int limit) {
        requireBounds(limit, 0);
        return store.read((database, view) -> SystemReads.lock(database, view, space, name, limit));
    }

    @Override
    public long timeMillis() {
        return store.read((database, view) -> database.systemState(view.options()).map(system -> system.timeMillis).orElse(0L));
    }

    @Override
    public OptionalLong revisionAt(long timeMillis) {
        return store.read((database, view) -> SystemReads.revisionAt(database, view.options(), timeMillis));
    }

    private static void requireBounds(int limit, long maxBytes) {
        if (limit < 1 || maxBytes < 0) {
            throw new IllegalArgumentException("A read needs a limit above zero and no negative size: limit " + limit
                    + ", " + maxBytes + " bytes");
        }
    }
}
