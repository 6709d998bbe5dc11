package io.canvass.raft.exploration;

import java.util.Arrays;

/**
 * A set of 64-bit hashes: eight bytes for a state, and with n states in it a chance of some n in 2^62 that a new one passes
 * for known.
 */
final class StateSet {
    private static final int FIRST_CAPACITY = 1 << 16;
    /** Marks a free place; a hash of this value is changed. */
    private static final long FREE = 0;

    private long[] table = new long[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    /** Whether it is new. */
    boolean add(long hash) {
        long value = hash == FREE ? 1 : hash;
        if (size * 2L >= table.length) {
            grow();
        }
        if (!insert(value)) {
            return false;
        }
        size++;
        return true;
    }

    private boolean insert(long value) {
        int mask = table.length - 1;
        int at = (int) value & mask;
        while (table[at] != FREE) {
            if (table[at] == value) {
                return false;
            }
            at = (at + 1) & mask;
        }
        table[at] = value;
        return true;
    }

    private void grow() {
        long[] before = table;
        table = new long[before.length * 2];
        Arrays.stream(before).filter(value -> value != FREE).forEach(this::insert);
    }

    /** A hash of a run of numbers: each is mixed in by a bijection of 64 bits. */
    static long hash(int[] numbers, int count) {
        long hash = 0x9e3779b97f4a7c15L * (count + 1);
        for (int i = 0; i < count; i++) {
            hash = mix(hash + numbers[i] * 0xd1342543de82ef95L + 0x632be59bd9b4e019L);
        }
        return hash;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
