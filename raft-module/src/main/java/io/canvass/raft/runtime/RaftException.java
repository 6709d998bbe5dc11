package io.canvass.raft.runtime;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;

/**
 * Why a proposal, a read, a change of the members or a transfer did not succeed. {@link #outcome} says whether it may have happened all
 * the same.
 */
public abstract sealed class RaftException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private RaftException(String message) {
        // No stack trace: these are answers, and under load there are many.
        super(message, null, false, false);
    }

    /** Whether a proposal that ended so may have been applied. */
    public abstract Outcome outcome();

    public enum Outcome {
        /** It was not applied and never will be. */
        NOT_APPLIED,
        /** It may have been applied, or may still be. */
        UNKNOWN
    }

    /** This replica does not lead. */
    public static final class NotLeader extends RaftException {
        private static final long serialVersionUID = 1L;
        private final transient ReplicaKey leader;
        private final long epoch;

        public NotLeader(ReplicaKey leader, long epoch) {
            super(leader.isNone() ? "No leader is known in epoch " + epoch : leader.nodeId() + " leads epoch " + epoch);
            this.leader = leader;
            this.epoch = epoch;
        }

        /** Who leads, or {@link ReplicaKey#NONE}. */
        public ReplicaKey leader() {
            return leader;
        }

        public long epoch() {
            return epoch;
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_APPLIED;
        }
    }

    /** A named bound is reached; try again later. */
    public static final class Overloaded extends RaftException {
        private static final long serialVersionUID = 1L;

        public Overloaded(String bound) {
            super(bound);
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_APPLIED;
        }
    }

    /** A change of the members was not begun: nothing has happened. */
    public static final class ChangeRefused extends RaftException {
        private static final long serialVersionUID = 1L;
        private final MemberChange.Refusal refusal;

        public ChangeRefused(MemberChange.Refusal refusal) {
            super("The change of the members was refused: " + refusal);
            this.refusal = refusal;
        }

        public MemberChange.Refusal refusal() {
            return refusal;
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_APPLIED;
        }
    }

    /** Leadership was not handed over as asked, as far as is known here. */
    public static final class TransferFailed extends RaftException {
        private static final long serialVersionUID = 1L;
        private final Effect.Result.TransferFailed.Why why;

        public TransferFailed(Effect.Result.TransferFailed.Why why) {
            super("Leadership was not handed over: " + why);
            this.why = why;
        }

        public Effect.Result.TransferFailed.Why why() {
            return why;
        }

        /** Who was ordered to take over in time may still do so. */
        @Override
        public Outcome outcome() {
            return why == Effect.Result.TransferFailed.Why.TIMED_OUT ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
        }
    }

    /** An entry of another leader was committed in the place of this command. */
    public static final class Superseded extends RaftException {
        private static final long serialVersionUID = 1L;

        public Superseded(long index, long epoch) {
            super("The entry of epoch " + epoch + " at index " + index + " was replaced by another leader's");
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_APPLIED;
        }
    }

    /** The command is in the log of a leader that stopped or lost its office; whether it will be applied is not known. */
    public static final class OutcomeUnknown extends RaftException {
        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(String why) {
            super(why);
        }

        @Override
        public Outcome outcome() {
            return Outcome.UNKNOWN;
        }
    }

    /** The replica stops or has stopped; what was asked was not begun. */
    public static final class Stopped extends RaftException {
        private static final long serialVersionUID = 1L;

        public Stopped(String why) {
            super(why);
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_APPLIED;
        }
    }
}
