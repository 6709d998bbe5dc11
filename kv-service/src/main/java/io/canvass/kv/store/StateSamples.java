package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the state's hash was after entries that were applied lately, so that replicas that are not at the same entry can still be
 * compared: after each of the last {@value #RECENT}, and after each of the last {@value #SPARSE} whose index is a multiple of
 * {@value #STRIDE}, which all replicas remember alike. Thread-safe.
 */
final class StateSamples {
    static final int RECENT = 1024;
    static final int SPARSE = 64;
    static final int STRIDE = 1024;

    private static final long NONE = -1;

    private final Ring recent = new Ring(RECENT, 1);
    private final Ring sparse = new Ring(SPARSE, STRIDE);

    /** The slot of an index is fixed, so that none is searched for. */
    private static final class Ring {
        final long[] indices;
        final long[] hashes;
        final long stride;

        Ring(int size, long stride) {
            this.indices = new long[size];
            this.hashes = new long[size];
            this.stride = stride;
            clear();
        }

        void clear() {
            Arrays.fill(indices, NONE);
        }

        int slot(long index) {
            return (int) (index / stride % indices.length);
        }

        void put(long index, long hash) {
            if (index % stride == 0) {
                indices[slot(index)] = index;
                hashes[slot(index)] = hash;
            }
        }

        Optional<Long> at(long index) {
            boolean held = index >= 0 && index % stride == 0 && indices[slot(index)] == index;
            return held ? Optional.of(hashes[slot(index)]) : Optional.empty();
        }
    }

    synchronized void applied(long index, long hash) {
        recent.put(index, hash);
        sparse.put(index, hash);
    }

    /** Another state has taken the place of the one that the samples are of. */
    synchronized void replaced(StoreState by) {
        recent.clear();
        sparse.clear();
        applied(by.appliedIndex(), by.stateHash());
    }

    /** The hash after the entry at {@code index}, if it is remembered. */
    synchronized Optional<Long> at(long index) {
        return recent.at(index).or(() -> sparse.at(index));
    }

    /** What all replicas remember alike, in no order. */
    synchronized List<StateSample> sparse() {
        List<StateSample> samples = new ArrayList<>();
        for (int slot = 0; slot < sparse.indices.length; slot++) {
            if (sparse.indices[slot] != NONE) {
                samples.add(new StateSample(sparse.indices[slot], sparse.hashes[slot]));
            }
        }
        return samples;
    }
}
