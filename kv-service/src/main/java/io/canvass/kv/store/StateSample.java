package io.canvass.kv.store;

/**
 * What all changes up to an entry of the log make of the state.
 *
 * @param index of the log
 * @param hash {@link HashChain}: the same on all replicas at the same index
 */
public record StateSample(long index, long hash) {}
