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
 */
public record StoredState(
        long boot,
        HardState hardState,
        @Nullable LogBase base,
        List<EpochStart> epochs,
        long lastIndex,
        List<Entry> configurations,
        long appliedIndex) {
    /** @param firstIndex the first entry of this epoch */
    public record EpochStart(long epoch, long firstIndex) {}

    /** A log that begins with its first entry. */
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
