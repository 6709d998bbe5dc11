package io.canvass.kv.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash that replicas compare (HAZARDS H6): each change is folded into what all changes before it gave. It finds
 * divergence, not malice: it is fast and not cryptographic. Its definition is independent of how rows are stored, so
 * that replicas of different formats agree.
 */
final class HashChain {
    /**
     * The hash of a store that nothing has changed. Not zero, so that an empty store differs from a row that was never
     * written.
     */
    static final long START = 0x43616e7661737331L;

    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private HashChain() {}

    static long put(long hash, byte[] key, KeyState state, byte[] record, int valueOffset) {
        long next = bytes(word(hash, 1), key, 0, key.length);
        next = word(next, state.createRevision());
        next = word(next, state.modRevision());
        next = word(next, state.version());
        next = word(next, state.lease());
        return bytes(next, record, valueOffset, record.length - valueOffset);
    }

    static long delete(long hash, byte[] key, long revision) {
        return word(bytes(word(hash, 2), key, 0, key.length), revision);
    }

    static long raise(long hash, long revision) {
        return word(word(hash, 3), revision);
    }

    /** Folds in what changes no key. The kinds are part of the definition, so for ever. */
    static long event(long hash, Event event, byte[] name, long one, long other) {
        return word(word(bytes(word(hash, event.code), name, 0, name.length), one), other);
    }

    /** What is folded in beside puts (1), deletes (2) and raises of the revision (3). */
    enum Event {
        RECEIPT_KEPT(4),
        RECEIPT_DROPPED(5),
        LEASE_GRANTED(6),
        LEASE_RENEWED(7),
        LEASE_ENDING(8),
        LEASE_ENDED(9),
        TICKET_MADE(10),
        TICKET_REMOVED(11),
        COMPACTED(12),
        ROLE_PUT(13),
        ROLE_DELETED(14),
        PRINCIPAL_PUT(15),
        PRINCIPAL_DELETED(16);

        private final int code;

        Event(int code) {
            this.code = code;
        }
    }

    /** The length goes first: no two sequences of runs give the same words. */
    private static long bytes(long hash, byte[] array, int offset, int length) {
        long next = word(hash, length);
        int at = offset;
        int end = offset + length;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            next = word(next, (long) LONG.get(array, at));
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = (rest << Byte.SIZE) | (array[at] & 0xff);
        }
        return word(next, rest);
    }

    /** Invertible in either argument: one word that differs always shows. */
    private static long word(long hash, long word) {
        long next = (hash ^ word) * MULTIPLIER;
        return next ^ (next >>> 32);
    }
}
