package io.canvass.raft.core;

/**
 * What stands in place of the entries that a log no longer holds: the last of them, and the configuration in force there. All of it is
 * committed and in the state machine.
 */
public record LogBase(LogPosition position, Configuration configuration) {
    public LogBase {
        if (position.index() < 1 || position.epoch() < 0) {
            throw new IllegalArgumentException("A log cannot begin after " + position);
        }
    }
}
