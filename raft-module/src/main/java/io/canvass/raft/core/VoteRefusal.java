package io.canvass.raft.core;

/** Why a vote was refused, for people: shown in health as what kept a round from being won. */
public enum VoteRefusal {
    /** Granted, or not judged. */
    NONE,
    /** The receiver leads, or hears its leader. */
    LEADER_ALIVE,
    /** The requester's log is behind the receiver's. */
    LOG_BEHIND,
    /** The requester's epoch is behind the receiver's. */
    EPOCH_STALE,
    /** The receiver started less than an election timeout ago and forgot what it promised its leader. */
    JUST_STARTED,
    /** The receiver gave its vote of this epoch to another replica. */
    ALREADY_VOTED,
    /** The receiver knows a leader of this epoch. */
    LEADER_KNOWN,
    /** The request was refused unjudged; the error says why. */
    INVALID
}
