package io.canvass.kv.store;

import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.raft.core.Bytes;
import org.rocksdb.RocksDBException;

/** The user's keys in a {@link Draft}, and what ties them to leases. */
final class Keys {
    private final Draft draft;
    private final Leases leases;

    Keys(Draft draft, Leases leases) {
        this.draft = draft;
        this.leases = leases;
    }

    /** Why a put cannot be made as things stand. */
    Optional<Refused> whyNot(Put put) {
        return switch (put.getLifeCase()) {
            case LIFE_NOT_SET -> Optional.empty();
            case LEASE -> leases.find(put.getLease()).isPresent()
                    ? Optional.empty()
                    : Optional.of(Leases.notFound(put.getLease()));
            case TTL_MILLIS -> leases.whyNotGranted();
        };
    }

    /** @param put one that {@link #whyNot} has nothing against */
    KeyState put(Put put, byte[] key, KeyState before) throws RocksDBException {
        long lease = switch (put.getLifeCase()) {
            case LIFE_NOT_SET -> 0;
            case LEASE -> put.getLease();
            case TTL_MILLIS -> leases.grant(put.getTtlMillis(), Leases.Ownership.ANONYMOUS);
        };
        return put(key, before, put.getValue(), lease);
    }

    KeyState put(byte[] key, KeyState before, ByteString value, long lease) throws RocksDBException {
        if (lease != before.lease()) {
            if (lease != 0) {
                leases.attach(lease, SystemLayout.ATTACHED_KEY, key);
            }
            detach(key, before);
        }
        KeyState after = before.written(draft.revisionOfChange(), lease);
        draft.put(key, before, after, value);
        return after;
    }

    /** @param before exists */
    void delete(byte[] key, KeyState before) throws RocksDBException {
        detach(key, before);
        draft.delete(key);
    }

    private void detach(byte[] key, KeyState before) throws RocksDBException {
        if (before.lease() != 0) {
            leases.detach(before.lease(), SystemLayout.ATTACHED_KEY, key);
        }
    }

    KeyValue withValue(ByteString name, byte[] key, KeyState state) {
        ByteString value = draft.draftedValue(key)
                .orElseGet(() -> {
                    Database database = draft.database();
                    StoredValue stored = Reads.existing(database, database.latest(), Bytes.wrap(key), state);
                    return UnsafeByteOperations.unsafeWrap(stored.value().array());
                });
        return withoutValue(name, state).toBuilder().setValue(value).build();
    }

    static KeyValue withoutValue(ByteString name, KeyState state) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setCreateRevision(state.createRevision())
                .setModRevision(state.modRevision())
                .setVersion(state.version())
                .setLease(state.lease())
                .build();
    }
}
