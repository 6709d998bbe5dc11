package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Compacted;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.RaftConfig;
import org.rocksdb.RocksDBException;

/**
 * What a run of entries makes of the store, gathered for one write. Each command sees the effects of those before it.
 * Nothing of the store changes here, so a batch that throws leaves everything as it was. For one thread.
 *
 * <p>A function of the store and the entries alone (HAZARDS H6): {@link Draft} holds what they made so far.
 */
final class CommandBatch implements AutoCloseable {
    private final StateSamples samples;
    private final Draft draft;
    private final Leases leases;
    private final Keys keys;
    private final Locks locks;
    private final Expiry expiry;
    private final Txns txns;
    private final Counters counters;
    private final Receipts receipts;
    private final Auth auth;

    private long appliedIndex;
    private long appliedEpoch;

    CommandBatch(Database database, StoreState before, AuthState authBefore, StateSamples samples) {
        this.samples = samples;
        draft = new Draft(database, before);
        leases = new Leases(draft);
        keys = new Keys(draft, leases);
        locks = new Locks(draft, leases);
        expiry = new Expiry(draft, leases, locks);
        txns = new Txns(draft, keys);
        counters = new Counters(draft, keys);
        receipts = new Receipts(draft);
        auth = new Auth(draft, authBefore);
        appliedIndex = before.appliedIndex();
        appliedEpoch = before.appliedEpoch();
    }

    /** @throws StoreException if the entry is not the next one, or a command that this version does not know */
    Result apply(Entry entry) {
        requireNext(entry);
        Result result = switch (entry.kind()) {
            case LEADER_CHANGE, CONFIGURATION -> Result.getDefaultInstance();
            case COMMAND -> command(entry);
        };
        appliedIndex = entry.index();
        appliedEpoch = entry.epoch();
        samples.applied(appliedIndex, draft.stateHash());
        return result;
    }

    private void requireNext(Entry entry) {
        if (entry.index() != appliedIndex + 1) {
            throw new StoreException("The state store has applied the log up to index " + appliedIndex
                    + " and was given index " + entry.index() + " instead of " + (appliedIndex + 1)
                    + ". Nothing of this batch was applied.");
        }
        if (entry.epoch() < appliedEpoch) {
            throw new StoreException("The entry at index " + entry.index() + " is of epoch " + entry.epoch()
                    + ", but the one before it of epoch " + appliedEpoch + ". Nothing of this batch was applied.");
        }
    }

    private Result command(Entry entry) {
        Command command;
        try {
            command = Commands.parse(entry.data());
        } catch (IllegalArgumentException e) {
            throw new StoreException("The entry at index " + entry.index() + " of epoch " + entry.epoch()
                    + " cannot be applied: " + e.getMessage() + ". This node runs an older version than the node that"
                    + " wrote it, or the entry is damaged. Nothing of this batch was applied. Start this node with the"
                    + " newer version.", e);
        }
        try {
            bringUp(Commands.requiredVersion(command));
            draft.reach(entry.timestampMillis());
            return answered(command, entry);
        } catch (RocksDBException e) {
            throw new StoreException("The entry at index " + entry.index() + " could not be prepared for the state"
                    + " store: " + e.getMessage() + ". Nothing of this batch was applied.", e);
        }
    }

    private void bringUp(int version) throws RocksDBException {
        if (version >= RaftConfig.SECURITY_VERSION) {
            draft.bringUp(KeyLayout.SECURITY_FORMAT);
        } else if (version >= RaftConfig.TRANSACTIONS_VERSION) {
            draft.bringUp(KeyLayout.SYSTEM_FORMAT);
        }
    }

    private Result answered(Command command, Entry entry) throws RocksDBException {
        // Before the receipts, which would tell whoever asks what somebody else was answered.
        Optional<Refused> problem = Validity.problem(command).or(() -> auth.problem(command));
        if (problem.isPresent()) {
            return answer(Result.newBuilder().setRefused(problem.get()));
        }
        leases.at(entry.index(), auth.leaseAuthor(command));
        if (!command.hasIdempotency()) {
            return answer(perform(command, entry));
        }
        Optional<Result> first = receipts.first(command.getIdempotency());
        if (first.isPresent()) {
            return first.get();
        }
        Result result = answer(perform(command, entry));
        receipts.keep(command.getIdempotency(), result);
        return result;
    }

    private Result answer(Result.Builder result) throws RocksDBException {
        draft.seal();
        return result.setRevision(draft.revision()).build();
    }

    private Result.Builder perform(Command command, Entry entry) throws RocksDBException {
        return switch (command.getKindCase()) {
            case PUT -> put(command.getPut());
            case DELETE -> delete(command.getDelete());
            case RAISE_REVISION -> raise(command.getRaiseRevision().getBy());
            case COMPACT -> compact(command.getCompact());
            case DELETE_RANGE -> deleteRange(command.getDeleteRange());
            case TXN -> txns.apply(command.getTxn());
            case ADD -> counters.add(command.getAdd());
            case LEASE_GRANT -> grant(command.getLeaseGrant().getTtlMillis());
            case LEASE_KEEP_ALIVE -> keepAlive(command.getLeaseKeepAlive().getLease());
            case LEASE_REVOKE -> expiry.revoke(command.getLeaseRevoke().getLease());
            case LEASE_EXPIRE -> expiry.expire(command.getLeaseExpire(), entry.epoch());
            case LOCK_ACQUIRE -> locks.acquire(command.getLockAcquire());
            case LOCK_RELEASE -> locks.release(command.getLockRelease());
            case ROLE_PUT -> auth.put(command.getRolePut());
            case ROLE_DELETE -> auth.deleteRole(command.getRoleDelete().getName());
            case PRINCIPAL_PUT -> auth.put(command.getPrincipalPut());
            case PRINCIPAL_DELETE -> auth.deletePrincipal(command.getPrincipalDelete().getName());
            case KIND_NOT_SET -> throw new AssertionError("Commands.parse lets no command without a kind pass");
        };
    }

    private Result.Builder put(Put put) throws RocksDBException {
        byte[] key = put.getKey().toByteArray();
        KeyState before = draft.key(key);
        if (!Preconditions.hold(put.getPrecondition(), before)) {
            return unmet(put.getKey(), key, before, put.getReturnPrevious());
        }
        Optional<Refused> refused = keys.whyNot(put);
        if (refused.isPresent()) {
            return Result.newBuilder().setRefused(refused.get());
        }
        Written.Builder written = Written.newBuilder();
        if (put.getReturnPrevious() && before.exists()) {
            written.setPrevious(keys.withValue(put.getKey(), key, before));
        }
        KeyState after = keys.put(put, key, before);
        return Result.newBuilder().setWritten(written.setEntry(Keys.withoutValue(put.getKey(), after)));
    }

    private Result.Builder delete(Delete delete) throws RocksDBException {
        byte[] key = delete.getKey().toByteArray();
        KeyState before = draft.key(key);
        if (!Preconditions.hold(delete.getPrecondition(), before)) {
            return unmet(delete.getKey(), key, before, delete.getReturnPrevious());
        }
        if (!before.exists()) {
            return Result.newBuilder().setDeleted(Deleted.getDefaultInstance());
        }
        Deleted.Builder deleted = Deleted.newBuilder().setDeleted(1);
        if (delete.getReturnPrevious()) {
            deleted.setPrevious(keys.withValue(delete.getKey(), key, before));
        }
        keys.delete(key, before);
        return Result.newBuilder().setDeleted(deleted);
    }

    private Result.Builder raise(long by) {
        draft.raiseRevision(by);
        return Result.newBuilder();
    }

    private Result.Builder unmet(ByteString name, byte[] key, KeyState current, boolean withItsValue) {
        PreconditionFailed.Builder failed = PreconditionFailed.newBuilder();
        if (current.exists()) {
            failed.setCurrent(
                    withItsValue ? keys.withValue(name, key, current) : Keys.withoutValue(name, current));
        }
        return Result.newBuilder().setPreconditionFailed(failed);
    }

    private Result.Builder compact(Compact compact) {
        long asked = compact.getRevision();
        if (asked < 0 || asked > draft.revision()) {
            return Result.newBuilder()
                    .setRefused(Refusals.bound(
                            Refused.Reason.REVISION_IN_FUTURE, draft.revision(), asked,
                            "The store has not reached that revision."));
        }
        if (asked > draft.compactRevision()) {
            draft.compact(asked);
        }
        return Result.newBuilder().setCompacted(Compacted.newBuilder().setCompactRevision(draft.compactRevision()));
    }

    private Result.Builder deleteRange(DeleteRange delete) throws RocksDBException {
        int limit = ApplyLimits.MAX_DELETED_KEYS;
        List<byte[]> found = draft.keysIn(Validity.span(delete.getRange()), limit + 1);
        boolean more = found.size() > limit;
        if (more && !delete.getPartial()) {
            return Result.newBuilder().setRefused(Txns.tooManyKeys(found.size()));
        }
        int deleted = txns.deleteAll(more ? found.subList(0, limit) : found);
        return Result.newBuilder().setDeleted(Deleted.newBuilder().setDeleted(deleted).setMore(more));
    }

    private Result.Builder grant(long ttlMillis) throws RocksDBException {
        Optional<Refused> refused = leases.whyNotGranted();
        if (refused.isPresent()) {
            return Result.newBuilder().setRefused(refused.get());
        }
        long id = leases.grant(ttlMillis, Leases.Ownership.CLIENT);
        return Result.newBuilder().setLease(leases.find(id).orElseThrow().info(id));
    }

    private Result.Builder keepAlive(long id) throws RocksDBException {
        Optional<LeaseRecord> lease = leases.find(id);
        if (lease.isEmpty()) {
            return Result.newBuilder().setRefused(Leases.notFound(id));
        }
        return Result.newBuilder()
                .setLease(leases.renew(id, lease.get(), lease.get().ttlMillis()).info(id));
    }

    /** What became of leases, in the order in which it happened. */
    List<LeaseChange> leaseChanges() {
        return draft.leaseChanges();
    }

    /** Whose queue changed, in the order in which it happened. */
    List<KvQueries.Change.Lock> changedQueues() {
        return draft.changedLocks().stream()
                .map(lock -> new KvQueries.Change.Lock(LockSpace.forNumber(lock.space()), Bytes.wrap(lock.name())))
                .toList();
    }

    /** Roles and principals as the entries leave them. */
    AuthState auth() {
        return auth.state();
    }

    /** Writes everything gathered, and how far the store is with it, as one. */
    StoreState commit() throws RocksDBException {
        return draft.commit(appliedIndex, appliedEpoch);
    }

    @Override
    public void close() {
        draft.close();
    }
}
