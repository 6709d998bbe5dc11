package io.canvass.raft.core;

/** Why a vote request was not judged at all (PREVOTE.md, Answering a vote request, 1 to 4, and Versions). */
public enum VoteError {
    NONE,
    INCONSISTENT_CLUSTER_ID,
    INVALID_VOTER_KEY,
    INVALID_REQUEST,
    FENCED_EPOCH,
    /** The receiver knows no Pre-Vote. Carries no round id: it is matched to its request by the correlation. */
    UNSUPPORTED_VERSION
}
