package io.canvass.raft.core;

/**
 * What stands in place of the entries that a log no longer holds: the last of them, and the configuration in force there. All of it is
 * committed and in the state machine. At {@link LogPosition#ZERO} it stands for no entry: a replica that joins a cluster begins with
 * what it was told of the members, and an empty log.
 */
public record LogBase(LogPosition position, Configuration configuration) {
    public LogBase {
        boolean isPlace = position.index() > 0 && position.epoch() >= 0;
        if (!isPlace && !position.equals(LogPosition.ZERO)) {
            throw new IllegalArgumentException("A log cannot begin after " + position);
        }
    }
}
