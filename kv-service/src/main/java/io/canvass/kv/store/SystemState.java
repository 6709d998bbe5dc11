package io.canvass.kv.store;

import java.nio.ByteBuffer;

/**
 * What the state machine counts beside {@link StoreState}: one row, in the same batch as what it speaks of. A function
 * of the log. Mutable, for one thread.
 */
final class SystemState {
    /** In format 2. */
    private static final int BYTES = 8 * Long.BYTES;

    private static final int BYTES_WITH_AUTH = BYTES + Long.BYTES;

    /** The highest timestamp of an entry so far, in milliseconds since 1970: never goes back. */
    long timeMillis;
    /** When the last sample of time and revision was kept. */
    long sampledMillis;
    long lastLease;
    long leases;
    /** Sequence numbers of the oldest receipt that may be kept, and of the next one. */
    long firstReceipt;
    long nextReceipt;
    long receipts;
    long receiptBytes;
    /** How many commands changed roles or principals. */
    long authRevision;
    /** Whether the row is of format 3. */
    boolean withAuth;

    byte[] encode() {
        ByteBuffer row = ByteBuffer.allocate(withAuth ? BYTES_WITH_AUTH : BYTES)
                .putLong(timeMillis)
                .putLong(sampledMillis)
                .putLong(lastLease)
                .putLong(leases)
                .putLong(firstReceipt)
                .putLong(nextReceipt)
                .putLong(receipts)
                .putLong(receiptBytes);
        return withAuth ? row.putLong(authRevision).array() : row.array();
    }

    static SystemState decode(byte[] row) {
        if (row.length != BYTES && row.length != BYTES_WITH_AUTH) {
            throw StoreException.damaged("its system state has " + row.length + " bytes instead of " + BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        SystemState state = new SystemState();
        state.timeMillis = in.getLong();
        state.sampledMillis = in.getLong();
        state.lastLease = in.getLong();
        state.leases = in.getLong();
        state.firstReceipt = in.getLong();
        state.nextReceipt = in.getLong();
        state.receipts = in.getLong();
        state.receiptBytes = in.getLong();
        state.withAuth = row.length == BYTES_WITH_AUTH;
        state.authRevision = state.withAuth ? in.getLong() : 0;
        return state;
    }
}
