package io.canvass.raft.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a store held when it was opened: all that a core needs to start.
 *
 * @param boot how often this directory was opened, this time included; from 1
 * @param base what stands in place of the entries before the log, or null if none was ever dropped
 * @param epochs where each epoch of the log begins, ascending in both; empty only for a log without entries
 * @param lastIndex the last entry of the log; without entries that of the base, or 0
 * @param configurations all configuration entries that the log holds, ascending
 * @param appliedIndex what the state machine holds already: committed, and never handed out again
 * @param joined whether this replica came to a cluster that was there already. Then it is meant only where a configuration names its
 *     directory: one that names its node alone may mean a replica that was there before it
 */
public record StoredState(
        long boot,
        HardState hardState,
        @Nullable LogBase base,
        List<EpochStart> epochs,
        long lastIndex,
        List<Entry> configurations,
        long appliedIndex,
        boolean joined) {
    /** @param firstIndex the first entry of this epoch */
    public record EpochStart(long epoch, long firstIndex) {}

    /** Of a replica that was there from the beginning. */
    public StoredState(
            long boot,
            HardState hardState,
            @Nullable LogBase base,
            List<EpochStart> epochs,
            long lastIndex,
            List<Entry> configurations,
            long appliedIndex) {
        this(boot, hardState, base, epochs, lastIndex, configurations, appliedIndex, false);
    }

    /** The same, whose log begins with its first entry. */
    public StoredState(
            long boot,
            HardState hardState,
            List<EpochStart> epochs,
            long lastIndex,
            List<Entry> configurations,
            long appliedIndex) {
        this(boot, hardState, null, epochs, lastIndex, configurations, appliedIndex);
    }

    public StoredState {
        epochs = List.copyOf(epochs);
        configurations = List.copyOf(configurations);
    }
}
