package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.canvass.proto.kv.v1.LeaseInfo;

/**
 * What is stored of a lease. Not when it ends: that is for the leader's clock to say ({@link LeaseClock}).
 *
 * @param renewals how often it was kept alive
 * @param attached how many keys and tickets it has
 * @param anonymous made for one key or ticket, and ends when that goes
 * @param ending its end has begun: nothing can be attached to it and it cannot be kept alive
 * @param owner the principal on whose behalf it was granted; empty if that was nobody known
 */
record LeaseRecord(
        long ttlMillis, long renewals, long attached, boolean anonymous, boolean ending, String owner) {
    private static final int BYTES = 3 * Long.BYTES + 1;
    private static final int ANONYMOUS = 1;
    private static final int ENDING = 2;
    private static final int OWNED = 4;

    LeaseRecord renewed(long newTtlMillis) {
        return new LeaseRecord(newTtlMillis, renewals + 1, attached, anonymous, ending, owner);
    }

    LeaseRecord withAttached(long count) {
        return new LeaseRecord(ttlMillis, renewals, count, anonymous, ending, owner);
    }

    LeaseRecord begunToEnd() {
        return new LeaseRecord(ttlMillis, renewals, attached, anonymous, true, owner);
    }

    LeaseInfo info(long id) {
        return LeaseInfo.newBuilder()
                .setId(id)
                .setTtlMillis(ttlMillis)
                .setRenewals(renewals)
                .setAttached(attached)
                .setAnonymous(anonymous)
                .setEnding(ending)
                .setOwner(owner)
                .build();
    }

    byte[] encode() {
        byte[] name = owner.getBytes(StandardCharsets.UTF_8);
        int flags = (anonymous ? ANONYMOUS : 0) | (ending ? ENDING : 0) | (owner.isEmpty() ? 0 : OWNED);
        return ByteBuffer.allocate(BYTES + name.length)
                .putLong(ttlMillis)
                .putLong(renewals)
                .putLong(attached)
                .put((byte) flags)
                .put(name)
                .array();
    }

    static LeaseRecord decode(byte[] row) {
        if (row.length < BYTES || (row.length > BYTES) != ((row[BYTES - 1] & OWNED) != 0)) {
            throw StoreException.damaged("a lease has " + row.length + " bytes instead of " + BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        long ttlMillis = in.getLong();
        long renewals = in.getLong();
        long attached = in.getLong();
        byte flags = in.get();
        String owner = new String(row, BYTES, row.length - BYTES, StandardCharsets.UTF_8);
        return new LeaseRecord(ttlMillis, renewals, attached, (flags & ANONYMOUS) != 0, (flags & ENDING) != 0, owner);
    }
}
