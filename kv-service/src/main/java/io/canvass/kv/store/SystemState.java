package io.canvass.kv.store;

import java.nio.ByteBuffer;

/**
 * What the state machine counts beside {@link StoreState}: one row, in the same batch as what it speaks of. A function
 * of the log. Mutable, for one thread.
 */
final class SystemState {
    private static final int BYTES = 8 * Long.BYTES;

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

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(timeMillis)
                .putLong(sampledMillis)
                .putLong(lastLease)
                .putLong(leases)
                .putLong(firstReceipt)
                .putLong(nextReceipt)
                .putLong(receipts)
                .putLong(receiptBytes)
                .array();
    }

    static SystemState decode(byte[] row) {
        if (row.length != BYTES) {
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
        return state;
    }
}
