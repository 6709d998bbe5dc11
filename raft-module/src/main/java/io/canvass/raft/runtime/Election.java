package io.canvass.raft.runtime;

import java.util.List;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoundSummary;

/**
 * The time in which one replica knew of no leader, or the moment in which it learned of another, as that replica saw it: why it began,
 * what was asked and answered, how it ended. {@link #story} tells it in words.
 *
 * @param number counts from 1 since the start
 * @param self the node that tells it
 * @param begunAtMillis by the wall clock, since 1970
 * @param tookMillis until a leader was known; -1 while none is
 * @param cause why it began
 * @param by the node that caused it by a message; empty if none did
 * @param formerLeader the node that led before; empty if none was known
 * @param formerEpoch the epoch before
 * @param contactAgeMillis at the beginning, since the former leader was heard (on the leader itself: a quorum); -1 if never
 * @param steps what happened, in order: the first few and the last few
 * @param omittedSteps how many are left out between these
 * @param leader the node that leads since; empty while none does
 * @param epoch the epoch at the end, or so far
 */
public record Election(
        long number,
        String self,
        long begunAtMillis,
        long tookMillis,
        Cause cause,
        String by,
        String formerLeader,
        long formerEpoch,
        long contactAgeMillis,
        List<Step> steps,
        long omittedSteps,
        String leader,
        long epoch) {
    /** Why a replica knew of no leader any more, or of another. */
    public enum Cause {
        /** The replica started. */
        STARTED,
        /** A follower did not hear its leader for an election timeout. */
        LEADER_SILENT,
        /** The leader told that it resigns. */
        LEADER_RESIGNED,
        /** The leader ordered this follower to take over. */
        TRANSFER_ORDERED,
        /** Another node asked for votes because the leader had ordered it to take over. */
        OTHER_TAKES_OVER,
        /** Another node asked for votes in a higher epoch. */
        OTHER_CAMPAIGNS,
        /** Another node leads a higher epoch, or as this replica learns now, the one it was in. */
        OTHER_LEADS,
        /** An answer told of a higher epoch. */
        HIGHER_EPOCH,
        /** The leader, this replica, was not answered by a majority for an election timeout. */
        QUORUM_LOST,
        /** The leader's own disk did not finish a write in time. */
        DISK_STALLED,
        /** The replica's store failed. */
        STORAGE_FAILED,
        /** The leader was asked to resign, or stops. */
        RESIGNED,
        /** The leader is no voter any more. */
        REMOVED
    }

    /** One thing that happened. */
    public sealed interface Step {
        /** Since the election began. */
        long afterMillis();

        /**
         * This replica asked for votes, or whether it would get them; the step is when that ended.
         *
         * @param grantedBy node ids, this one among them if its own vote counted
         * @param unanswered those that had not answered by then
         */
        record Asked(long afterMillis, RoundSummary round, List<String> grantedBy, List<String> unanswered)
                implements Step {
            public Asked {
                grantedBy = List.copyOf(grantedBy);
                unanswered = List.copyOf(unanswered);
            }
        }

        /** This replica gave its vote of the epoch to another. */
        record Voted(long afterMillis, ReplicaKey candidate, long epoch) implements Step {}
    }

    public Election {
        steps = List.copyOf(steps);
    }

    /** Whether a leader is known since. */
    public boolean isOver() {
        return tookMillis >= 0;
    }

    /** In words, in one line. */
    public String story() {
        return ElectionStory.of(this);
    }
}
