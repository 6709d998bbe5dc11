package io.canvass.raft.core;

/**
 * One change of the members, at most one voter at a time (Raft dissertation, section 4.1; KIP-853). A replica is named by node and
 * directory: another disk is another replica.
 */
public sealed interface MemberChange {
    /** Joins as an observer: it is sent the log and counts for nothing. */
    record Add(Configuration.Member member) implements MemberChange {}

    /**
     * An observer becomes a voter.
     *
     * @param maxLag how many entries it may be behind
     */
    record Promote(ReplicaKey member, long maxLag) implements MemberChange {}

    /** A voter becomes an observer. */
    record Demote(ReplicaKey member) implements MemberChange {}

    /** Is no member any more; a leader that removes itself leads until that is committed. */
    record Remove(ReplicaKey member) implements MemberChange {}

    /**
     * The node came back with another disk: the replica that it was is removed, and the one that it is joins as an observer, in one entry.
     * A voter has to be promoted again when it has caught up: if the new disk voted at once, that would be two changes, and a majority
     * of before and one of after need not have a voter in common.
     */
    record Replace(ReplicaKey lost, Configuration.Member by) implements MemberChange {}

    /** The same replica at another address, or with its directory named where only the node was. */
    record Update(Configuration.Member member) implements MemberChange {}

    /** Why a change is not even begun; nothing has happened. */
    enum Refusal {
        /** The change before is not committed yet (HAZARDS D7). */
        CHANGE_PENDING,
        /** Nothing of this epoch is committed yet (HAZARDS D1). */
        NO_COMMIT_IN_EPOCH,
        /** So many of those that would vote are not heard from that no majority is left. */
        WOULD_LOSE_QUORUM,
        ALREADY_A_MEMBER,
        NOT_A_MEMBER,
        /** It is a voter already, or it is none. */
        NOTHING_TO_DO,
        TOO_FAR_BEHIND,
        /** {@link Configuration#MAX_MEMBERS} are there. */
        TOO_MANY_MEMBERS,
        /**
         * It would be written in a format that a member is not known to read: that one speaks an older protocol version, or the leader
         * never heard which it speaks.
         */
        OLD_VERSION,
        /** Leadership is being handed over. */
        TRANSFERRING
    }
}
