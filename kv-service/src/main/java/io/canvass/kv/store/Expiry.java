package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;

import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.LeaseEnded;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeasesExpired;
import io.canvass.proto.kv.v1.Result;
import org.rocksdb.RocksDBException;

/**
 * The end of leases, by a client or by the leader's clock. What is attached goes in slices: a lease with more than one
 * entry may delete is marked as ending, and the leader's next entries take the rest.
 */
final class Expiry {
    private final Draft draft;
    private final Leases leases;
    private final Locks locks;

    Expiry(Draft draft, Leases leases, Locks locks) {
        this.draft = draft;
        this.leases = leases;
        this.locks = locks;
    }

    Result.Builder revoke(long id) throws RocksDBException {
        Optional<LeaseRecord> lease = leases.find(id);
        if (lease.isEmpty()) {
            return Result.newBuilder().setRefused(Leases.notFound(id));
        }
        int removed = end(id, lease.get(), ApplyLimits.MAX_DELETED_KEYS);
        return Result.newBuilder()
                .setLeaseEnded(LeaseEnded.newBuilder()
                        .setLease(id)
                        .setRemoved(removed)
                        .setMore(leases.stored(id).isPresent()));
    }

    /**
     * An entry of another epoch than the one whose leader judged is of an old leader, whose clock knows nothing of
     * renewals since: it changes nothing. Nor does one about a lease that was renewed after it was judged.
     */
    Result.Builder expire(LeaseExpire expire, long entryEpoch) throws RocksDBException {
        LeasesExpired.Builder expired = LeasesExpired.newBuilder();
        if (expire.getEpoch() != entryEpoch) {
            return Result.newBuilder().setLeasesExpired(expired);
        }
        int left = ApplyLimits.MAX_DELETED_KEYS;
        for (DueLease due : expire.getDueList()) {
            Optional<LeaseRecord> lease =
                    leases.stored(due.getLease()).filter(found -> found.renewals() == due.getRenewals());
            if (lease.isEmpty()) {
                continue;
            }
            if (left == 0) {
                expired.setMore(true);
                break;
            }
            left -= end(due.getLease(), lease.get(), left);
            if (leases.stored(due.getLease()).isPresent()) {
                expired.setMore(true);
            } else {
                expired.addLease(due.getLease());
            }
        }
        return Result.newBuilder().setLeasesExpired(expired.setRemoved(ApplyLimits.MAX_DELETED_KEYS - left));
    }

    /** Removes up to {@code limit} of what is attached, and the lease when that was all. */
    private int end(long id, LeaseRecord lease, int limit) throws RocksDBException {
        leases.beginToEnd(id, lease);
        List<byte[]> attached = draft.rowsIn(Leases.attachments(id), limit);
        for (byte[] row : attached) {
            byte[] what = SystemLayout.attached(row);
            leases.detach(id, SystemLayout.attachmentKind(row), what);
            if (SystemLayout.attachmentKind(row) == SystemLayout.ATTACHED_KEY) {
                draft.delete(what);
            } else {
                locks.remove(SystemLayout.lockOf(what), SystemLayout.lastNumber(what));
            }
        }
        if (lease.attached() == attached.size()) {
            leases.end(id);
        }
        return attached.size();
    }
}
