package io.canvass.raft.core;

/** What an entry of the log is for. The codes are stored and sent: they are for ever. */
public enum EntryKind {
    /** The first entry of each epoch: without it nothing of earlier epochs could be committed (HAZARDS C1, F1, F13). */
    LEADER_CHANGE(1),
    /** A {@link Configuration}; in force from the moment it is appended (HAZARDS D2). */
    CONFIGURATION(2),
    /** A command for the state machine. */
    COMMAND(3);

    private final int code;

    EntryKind(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** @throws IllegalArgumentException for a code that this version does not know */
    public static EntryKind ofCode(int code) {
        return switch (code) {
            case 1 -> LEADER_CHANGE;
            case 2 -> CONFIGURATION;
            case 3 -> COMMAND;
            default -> throw new IllegalArgumentException("Unknown kind of log entry: " + code);
        };
    }
}
