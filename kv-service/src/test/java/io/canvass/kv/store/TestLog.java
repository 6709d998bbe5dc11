package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.DeleteRange;
import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseGrant;
import io.canvass.proto.kv.v1.LeaseKeepAlive;
import io.canvass.proto.kv.v1.LeaseRevoke;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.RaiseRevision;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Revisions;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/** Makes commands, and the entries that carry them; feeds a store with its next entries. */
final class TestLog {
    static final long EPOCH = 3;
    static final long TIMESTAMP_MILLIS = 1_700_000_000_000L;

    /** Small enough that a few thousand entries are flushed in between. */
    static final StoreLimits SMALL = new StoreLimits(1 << 20, 64 << 10, 1 << 20);

    private TestLog() {}

    static Entry entry(long index, Command command) {
        return entry(index, EntryKind.COMMAND, command.toByteArray());
    }

    /** An entry that the leader made so many milliseconds after the others. */
    static Entry later(long index, long millis, Command command) {
        return new Entry(
                index, EPOCH, EntryKind.COMMAND, TIMESTAMP_MILLIS + millis, Bytes.wrap(command.toByteArray()));
    }

    static Entry entry(long index, EntryKind kind, byte[] data) {
        return new Entry(index, EPOCH, kind, TIMESTAMP_MILLIS, Bytes.wrap(data));
    }

    static List<Entry> entries(long firstIndex, List<Command> commands) {
        List<Entry> entries = new ArrayList<>();
        for (Command command : commands) {
            entries.add(entry(firstIndex + entries.size(), command));
        }
        return entries;
    }

    /** Applies one command as the next entry. */
    static Result apply(KvStore store, Command command) {
        return store.apply(List.of(entry(store.state().appliedIndex() + 1, command))).getFirst();
    }

    /** Applies one command as the next entry, made so many milliseconds after the others. */
    static Result applyLater(KvStore store, long millis, Command command) {
        return store.apply(List.of(later(store.state().appliedIndex() + 1, millis, command))).getFirst();
    }

    static List<Result> applyAll(KvStore store, List<Command> commands) {
        return store.apply(entries(store.state().appliedIndex() + 1, commands));
    }

    static Command put(String key, String value) {
        return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value));
    }

    static Command put(ByteString key, ByteString value) {
        return Command.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)).build();
    }

    static Command putWithTtl(String key, String value, long ttlMillis) {
        Put.Builder put = put(key, value).getPut().toBuilder().setTtlMillis(ttlMillis);
        return Command.newBuilder().setPut(put).build();
    }

    static Command putWithLease(String key, String value, long lease) {
        Put.Builder put = put(key, value).getPut().toBuilder().setLease(lease);
        return Command.newBuilder().setPut(put).build();
    }

    static Command compact(long revision) {
        return Command.newBuilder().setCompact(Compact.newBuilder().setRevision(revision)).build();
    }

    static Command raise(long by) {
        return Command.newBuilder()
                .setRaiseRevision(RaiseRevision.newBuilder().setBy(by))
                .build();
    }

    static KeyRange prefix(String prefix) {
        return KeyRange.newBuilder().setStart(ByteString.copyFromUtf8(prefix)).setPrefix(true).build();
    }

    static KeyRange between(String start, String end) {
        return KeyRange.newBuilder()
                .setStart(ByteString.copyFromUtf8(start))
                .setEnd(ByteString.copyFromUtf8(end))
                .build();
    }

    static Command deleteRange(KeyRange range) {
        return Command.newBuilder().setDeleteRange(DeleteRange.newBuilder().setRange(range)).build();
    }

    static Command add(String key, long amount) {
        return Command.newBuilder()
                .setAdd(Add.newBuilder().setKey(ByteString.copyFromUtf8(key)).setAmount(amount))
                .build();
    }

    static Command grant(long ttlMillis) {
        return Command.newBuilder().setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(ttlMillis)).build();
    }

    static Command keepAlive(long lease) {
        return Command.newBuilder().setLeaseKeepAlive(LeaseKeepAlive.newBuilder().setLease(lease)).build();
    }

    static Command revoke(long lease) {
        return Command.newBuilder().setLeaseRevoke(LeaseRevoke.newBuilder().setLease(lease)).build();
    }

    static Command expire(long epoch, long lease, long renewals) {
        return Command.newBuilder()
                .setLeaseExpire(LeaseExpire.newBuilder()
                        .setEpoch(epoch)
                        .addDue(DueLease.newBuilder().setLease(lease).setRenewals(renewals)))
                .build();
    }

    static Command acquire(String name, String owner, long ttlMillis, boolean wait) {
        return Command.newBuilder()
                .setLockAcquire(LockAcquire.newBuilder()
                        .setSpace(LockSpace.LOCK)
                        .setName(ByteString.copyFromUtf8(name))
                        .setOwner(ByteString.copyFromUtf8(owner))
                        .setTtlMillis(ttlMillis)
                        .setWait(wait))
                .build();
    }

    static Command release(String name, long token) {
        return Command.newBuilder()
                .setLockRelease(LockRelease.newBuilder()
                        .setSpace(LockSpace.LOCK)
                        .setName(ByteString.copyFromUtf8(name))
                        .setToken(token))
                .build();
    }

    static Command once(String idempotencyKey, String digest, Command command) {
        return command.toBuilder()
                .setIdempotency(Idempotency.newBuilder()
                        .setKey(ByteString.copyFromUtf8(idempotencyKey))
                        .setDigest(ByteString.copyFromUtf8(digest)))
                .build();
    }

    static Command delete(String key) {
        return delete(ByteString.copyFromUtf8(key));
    }

    static Command delete(ByteString key) {
        return Command.newBuilder().setDelete(Delete.newBuilder().setKey(key)).build();
    }

    static Command provided(Precondition precondition, Command command) {
        Command.Builder builder = command.toBuilder();
        if (command.hasPut()) {
            builder.getPutBuilder().setPrecondition(precondition);
        } else {
            builder.getDeleteBuilder().setPrecondition(precondition);
        }
        return builder.build();
    }

    static Command returningPrevious(Command command) {
        Command.Builder builder = command.toBuilder();
        if (command.hasPut()) {
            builder.getPutBuilder().setReturnPrevious(true);
        } else {
            builder.getDeleteBuilder().setReturnPrevious(true);
        }
        return builder.build();
    }

    static Precondition mustExist() {
        return Precondition.newBuilder().setMustExist(true).build();
    }

    static Precondition mustNotExist() {
        return Precondition.newBuilder().setMustNotExist(true).build();
    }

    static Precondition anyOf(Long... revisions) {
        return Precondition.newBuilder().setAnyOf(revisions(revisions)).build();
    }

    static Precondition noneOf(Long... revisions) {
        return Precondition.newBuilder().setNoneOf(revisions(revisions)).build();
    }

    private static Revisions revisions(Long... revisions) {
        return Revisions.newBuilder().addAllModRevision(List.of(revisions)).build();
    }

    /** Keys made of such numbers sort in the order that counts: 00 before 01 before ff. */
    static Bytes bytes(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return Bytes.wrap(array);
    }

    static ByteString string(Bytes bytes) {
        return ByteString.copyFrom(bytes.array());
    }

    static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** Without the sentences for people: what is compared with a model. */
    static Result plain(Result result) {
        return result.hasRefused()
                ? result.toBuilder()
                        .setRefused(result.getRefused().toBuilder().clearDetail())
                        .build()
                : result;
    }
}
