package io.canvass.kv.admin;

import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.runtime.RaftException;

/** The core's refusals and the replica's failures, as replies have them. */
final class Refusals {
    private Refusals() {}

    static Refusal of(MemberChange.Refusal refusal) {
        return switch (refusal) {
            case CHANGE_PENDING -> Refusal.CHANGE_PENDING;
            case NO_COMMIT_IN_EPOCH, TRANSFERRING -> Refusal.NOT_READY;
            case WOULD_LOSE_QUORUM -> Refusal.WOULD_LOSE_QUORUM;
            case ALREADY_A_MEMBER -> Refusal.ALREADY_A_MEMBER;
            case NOT_A_MEMBER -> Refusal.NOT_A_MEMBER;
            case NOTHING_TO_DO -> Refusal.NOTHING_TO_DO;
            case TOO_FAR_BEHIND -> Refusal.TOO_FAR_BEHIND;
            case TOO_MANY_MEMBERS -> Refusal.TOO_MANY_MEMBERS;
            case OLD_VERSION -> Refusal.NOT_SUPPORTED;
        };
    }

    static Refusal of(RaftException failure) {
        return switch (failure) {
            case RaftException.NotLeader _ -> Refusal.NOT_LEADER;
            case RaftException.Overloaded _ -> Refusal.OVERLOADED;
            case RaftException.Superseded _ -> Refusal.SUPERSEDED;
            case RaftException.Stopped _ -> Refusal.STOPPING;
            case RaftException.OutcomeUnknown _ -> Refusal.OUTCOME_UNKNOWN;
            case RaftException.ChangeRefused refused -> of(refused.refusal());
            case RaftException.TransferFailed failed -> switch (failed.why()) {
                case NO_SUCH_VOTER, NO_VOTER_ANSWERS, REFUSED -> Refusal.TRANSFER_FAILED;
                case BUSY -> Refusal.NOT_READY;
                // Whoever was told to take over may still do so.
                case TIMED_OUT -> Refusal.OUTCOME_UNKNOWN;
            };
        };
    }

    /** Whether the same request may succeed a moment later, here or elsewhere; nothing has happened so far. */
    static boolean isPassing(Refusal refusal) {
        return switch (refusal) {
            case NOT_LEADER, STOPPING, NOT_READY, SUPERSEDED -> true;
            case NONE, OVERLOADED, INVALID, CHANGE_PENDING, WOULD_LOSE_QUORUM, ALREADY_A_MEMBER, NOT_A_MEMBER, NOTHING_TO_DO,
                    TOO_FAR_BEHIND, TOO_MANY_MEMBERS, DIRECTORY_UNKNOWN, DIRECTORY_IN_USE, NOT_A_VOTER, TRANSFER_FAILED, NOT_SAFE,
                    NOT_SUPPORTED, OUTCOME_UNKNOWN, UNRECOGNIZED -> false;
        };
    }
}
