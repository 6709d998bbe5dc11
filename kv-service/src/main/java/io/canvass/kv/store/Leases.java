package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import io.canvass.proto.kv.v1.Refused;
import io.canvass.raft.core.Bytes;
import org.rocksdb.RocksDBException;

/** Leases and what is attached to them, as rows of a {@link Draft}. */
final class Leases {
    private static final byte[] NOTHING = new byte[0];

    private final Draft draft;
    private long entryIndex;
    private Author author = Author.ANYBODY;

    /**
     * On whose behalf a command is applied.
     *
     * @param name of the principal; empty: nobody known, whose leases are nobody's
     * @param mayUseAll whether leases of others can be used, too
     */
    record Author(String name, boolean mayUseAll) {
        /** Of a cluster without authentication, or of a node itself. */
        static final Author ANYBODY = new Author("", true);
    }

    Leases(Draft draft) {
        this.draft = draft;
    }

    /** @param index of the entry that is being applied: ids are made of it */
    void at(long index, Author onBehalfOf) {
        entryIndex = index;
        author = onBehalfOf;
    }

    /** One that exists and can be used: not one that is ending, nor one of somebody else, which is as if it did not exist. */
    Optional<LeaseRecord> find(long id) {
        return stored(id).filter(lease -> !lease.ending() && isUsable(lease));
    }

    private boolean isUsable(LeaseRecord lease) {
        return author.mayUseAll() || (!lease.owner().isEmpty() && lease.owner().equals(author.name()));
    }

    Optional<LeaseRecord> stored(long id) {
        return draft.row(SystemLayout.lease(id)).map(LeaseRecord::decode);
    }

    Optional<Refused> whyNotGranted() {
        long leases = draft.system().leases;
        return leases < ApplyLimits.MAX_LEASES
                ? Optional.empty()
                : Optional.of(Refusals.bound(
                        Refused.Reason.TOO_MANY_LEASES, ApplyLimits.MAX_LEASES, leases,
                        "There are as many leases as there may be: " + leases + "."));
    }

    static Refused notFound(long id) {
        return Refusals.of(Refused.Reason.LEASE_NOT_FOUND, "There is no lease " + Long.toHexString(id)
                + ": it was never granted, was revoked, or has expired.")
                .build();
    }

    /**
     * An id is the entry's index where that is above all ids before, as it is but where a backup was restored or one
     * entry grants several: never used twice, and the same on every replica.
     */
    long grant(long ttlMillis, Ownership ownership) throws RocksDBException {
        SystemState system = draft.system();
        long id = Math.max(entryIndex, system.lastLease + 1);
        system.lastLease = id;
        system.leases++;
        String owner = author.name();
        write(id, new LeaseRecord(ttlMillis, 0, 0, ownership == Ownership.ANONYMOUS, false, owner));
        draft.fold(HashChain.Event.LEASE_GRANTED, owner.getBytes(StandardCharsets.UTF_8), id, ttlMillis);
        draft.leaseChanged(new LeaseChange.Renewed(id, ttlMillis, 0));
        return id;
    }

    enum Ownership {
        CLIENT,
        ANONYMOUS
    }

    /** @param lease found before, by {@link #find} */
    LeaseRecord renew(long id, LeaseRecord lease, long ttlMillis) throws RocksDBException {
        LeaseRecord renewed = lease.renewed(ttlMillis);
        write(id, renewed);
        draft.fold(HashChain.Event.LEASE_RENEWED, NOTHING, id, ttlMillis);
        draft.leaseChanged(new LeaseChange.Renewed(id, ttlMillis, renewed.renewals()));
        return renewed;
    }

    /** @param id of one that {@link #find} finds */
    void attach(long id, byte kind, byte[] what) throws RocksDBException {
        LeaseRecord lease = existing(id);
        draft.putRow(SystemLayout.attachment(id, kind, what), NOTHING);
        write(id, lease.withAttached(lease.attached() + 1));
    }

    /** An anonymous lease ends with the last that was attached to it. */
    void detach(long id, byte kind, byte[] what) throws RocksDBException {
        LeaseRecord lease = existing(id);
        draft.deleteRow(SystemLayout.attachment(id, kind, what));
        LeaseRecord left = lease.withAttached(lease.attached() - 1);
        if (left.anonymous() && left.attached() == 0 && !left.ending()) {
            end(id);
        } else {
            write(id, left);
        }
    }

    void beginToEnd(long id, LeaseRecord lease) throws RocksDBException {
        if (!lease.ending()) {
            write(id, lease.begunToEnd());
            draft.fold(HashChain.Event.LEASE_ENDING, NOTHING, id, lease.renewals());
        }
        draft.leaseChanged(new LeaseChange.Ending(id, lease.renewals()));
    }

    /** Nothing is attached to it any more. */
    void end(long id) throws RocksDBException {
        draft.deleteRow(SystemLayout.lease(id));
        draft.system().leases--;
        draft.fold(HashChain.Event.LEASE_ENDED, NOTHING, id, 0);
        draft.leaseChanged(new LeaseChange.Ended(id));
    }

    private LeaseRecord existing(long id) {
        return stored(id)
                .orElseThrow(() -> StoreException.damaged("something is attached to a lease that does not exist: "
                        + Long.toHexString(id)));
    }

    private void write(long id, LeaseRecord lease) throws RocksDBException {
        draft.putRow(SystemLayout.lease(id), lease.encode());
    }

    /** All that is attached to a lease. */
    static KeySpan attachments(long id) {
        return KeySpan.prefix(Bytes.wrap(SystemLayout.attachments(id)));
    }
}
