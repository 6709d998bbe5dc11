package io.canvass.raft.core;

/** The six roles of PREVOTE.md by name, for effects, health and metrics. */
public enum RoleName {
    UNATTACHED,
    PROSPECTIVE,
    CANDIDATE,
    LEADER,
    FOLLOWER,
    RESIGNED
}
