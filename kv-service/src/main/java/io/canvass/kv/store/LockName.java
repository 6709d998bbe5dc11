package io.canvass.kv.store;

/**
 * Which lock. The array is read only.
 *
 * @param space the number of a {@link io.canvass.proto.kv.v1.LockSpace}
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record LockName(byte space, byte[] name) {}
