package io.canvass.raft.core;

import java.util.SortedMap;

/**
 * How a round of votes ended, for health and metrics.
 *
 * @param epoch the epoch in which it was asked
 * @param granted how many granted, the asker included
 * @param needed how many a majority is
 * @param refusedBy node id to reason, of those that answered no
 */
public record RoundSummary(
        RoundId id,
        Phase phase,
        long epoch,
        Ending ending,
        int granted,
        int needed,
        SortedMap<String, VoteRefusal> refusedBy) {
    public enum Phase {
        PRE_VOTE,
        VOTE
    }

    public enum Ending {
        WON,
        LOST,
        TIMED_OUT,
        ENDED_BY_LEADER_CONTACT,
        HIGHER_EPOCH,
        GUARD_REFUSED,
        UNSUPPORTED_VERSION,
        /** A standard vote was granted to another replica. */
        VOTED_FOR_OTHER,
        /** An answer named the leader of this epoch. */
        LEADER_NAMED,
        /** The leader ordered this replica to campaign. */
        TRANSFER
    }
}
