package io.canvass.raft.core;

import java.util.List;

/**
 * What a store held when it was opened: all that a core needs to start.
 *
 * @param boot how often this directory was opened, this time included; from 1
 * @param epochs where each epoch of the log begins, ascending in both; empty only for an empty log
 * @param lastIndex the last entry of the log; 0 for an empty one
 * @param configurations all configuration entries of the log, ascending
 * @param appliedIndex what the state machine holds already: committed, and never handed out again
 */
public record StoredState(
        long boot,
        HardState hardState,
        List<EpochStart> epochs,
        long lastIndex,
        List<Entry> configurations,
        long appliedIndex) {
    /** @param firstIndex the first entry of this epoch */
    public record EpochStart(long epoch, long firstIndex) {}

    public StoredState {
        epochs = List.copyOf(epochs);
        configurations = List.copyOf(configurations);
    }
}
