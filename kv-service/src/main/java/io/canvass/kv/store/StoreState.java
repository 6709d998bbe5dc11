package io.canvass.kv.store;

import java.nio.ByteBuffer;

/**
 * How far the store is, all of one moment. Stored as one row in the same batch as the data it speaks of.
 *
 * @param appliedIndex the last applied entry of the log, 0 for none
 * @param appliedEpoch that entry's epoch
 * @param revision the revision of the last command that changed anything, 0 for none
 * @param compactRevision history below this revision may be gone; 0: all is kept
 * @param keyCount how many keys exist
 * @param stateHash a running hash over every change so far ({@link HashChain}): replicas that applied the same log up
 *     to the same index have the same, however their batches were cut (HAZARDS H6)
 */
public record StoreState(
        long appliedIndex, long appliedEpoch, long revision, long compactRevision, long keyCount, long stateHash) {
    static final StoreState EMPTY = new StoreState(0, 0, 0, 0, 0, HashChain.START);

    private static final int BYTES = 6 * Long.BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(appliedIndex)
                .putLong(appliedEpoch)
                .putLong(revision)
                .putLong(compactRevision)
                .putLong(keyCount)
                .putLong(stateHash)
                .array();
    }

    static StoreState decode(byte[] row) {
        if (row.length != BYTES) {
            throw StoreException.damaged("its state has " + row.length + " bytes instead of " + BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        return new StoreState(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    /** Whichever has applied more. */
    static StoreState later(StoreState one, StoreState other) {
        return one.appliedIndex >= other.appliedIndex ? one : other;
    }
}
