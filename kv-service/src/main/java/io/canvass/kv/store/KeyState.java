package io.canvass.kv.store;

import java.nio.ByteBuffer;

/**
 * What the index knows of a key: everything but its value.
 *
 * @param modRevision 0 exactly for {@link #ABSENT}
 */
record KeyState(long createRevision, long modRevision, long version, long lease) {
    static final KeyState ABSENT = new KeyState(0, 0, 0, 0);
    static final int BYTES = 4 * Long.BYTES;

    boolean exists() {
        return modRevision != 0;
    }

    /** This key after a write at {@code revision}: created if it did not exist, one version further if it did. */
    KeyState written(long revision, long withLease) {
        return new KeyState(exists() ? createRevision : revision, revision, version + 1, withLease);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(createRevision)
                .putLong(modRevision)
                .putLong(version)
                .putLong(lease)
                .array();
    }

    static KeyState decode(byte[] row) {
        if (row.length != BYTES) {
            throw StoreException.damaged("a row of its index has " + row.length
                    + " bytes instead of " + BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        return new KeyState(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}
