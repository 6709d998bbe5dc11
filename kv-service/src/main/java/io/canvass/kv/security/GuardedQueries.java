package io.canvass.kv.security;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;

/**
 * Reads on behalf of the request that the current thread answers: each asks for the right on what it reads, whichever endpoint
 * it is for, and on each page anew. A lease of somebody else is as if it did not exist.
 */
public final class GuardedQueries implements KvQueries {
    private final KvQueries queries;
    private final Security security;

    public GuardedQueries(KvQueries queries, Security security) {
        this.queries = queries;
        this.security = security;
    }

    @Override
    public Lookup get(Bytes key) {
        require(Need.on(Right.READ, key));
        return queries.get(key);
    }

    @Override
    public Lookup get(Bytes key, long revision) {
        require(Need.on(Right.READ, key));
        return queries.get(key, revision);
    }

    @Override
    public Page range(Bytes prefix, int limit, long maxBytes) {
        require(Need.on(Right.READ, KeySpan.prefix(prefix)));
        return queries.range(prefix, limit, maxBytes);
    }

    @Override
    public RangePage range(RangeQuery query) {
        require(Need.on(Right.READ, query.span()));
        return queries.range(query);
    }

    @Override
    public History history(Bytes key, OptionalLong before, int limit, long maxBytes) {
        require(Need.on(Right.READ, key));
        return queries.history(key, before, limit, maxBytes);
    }

    /** Of all keys: a watch reads the feed by the hub, and asks for its range itself. */
    @Override
    public FeedPage changes(FeedPosition from, int maxChanges, long maxBytes, Previous previous) {
        require(Need.on(Right.READ, KeySpan.ALL));
        return queries.changes(from, maxChanges, maxBytes, previous);
    }

    @Override
    public Optional<LeaseInfo> lease(long id) {
        return queries.lease(id).filter(this::isUsable);
    }

    private boolean isUsable(LeaseInfo lease) {
        return !security.isOn()
                || (security.current().caller() instanceof Caller.Known known
                        && known.principal().equals(lease.getOwner())
                        && security.principal(security.auth(), known).isPresent())
                || security.isAdmin();
    }

    @Override
    public LeasePage leases(long after, int limit) {
        require(Need.of(Right.ADMIN));
        return queries.leases(after, limit);
    }

    @Override
    public List<Bytes> leaseKeys(long id, Optional<Bytes> after, int limit) {
        return lease(id).isPresent() ? queries.leaseKeys(id, after, limit) : List.of();
    }

    @Override
    public LockQueue lock(LockSpace space, Bytes name, int limit) {
        require(Need.on(Right.LOCK, name));
        return queries.lock(space, name, limit);
    }

    private void require(Need need) {
        security.requireCurrent(need);
    }

    @Override
    public long timeMillis() {
        return queries.timeMillis();
    }

    @Override
    public OptionalLong revisionAt(long timeMillis) {
        return queries.revisionAt(timeMillis);
    }

    @Override
    public long revision() {
        return queries.revision();
    }

    @Override
    public long compactRevision() {
        return queries.compactRevision();
    }
}
