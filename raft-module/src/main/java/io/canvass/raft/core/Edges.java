package io.canvass.raft.core;

/**
 * Which role may follow which (PREVOTE.md, Transitions). Any other edge is a programming error: the step throws, the replica
 * halts, nothing is sent.
 */
final class Edges {
    private Edges() {}

    /** Why a replica may become Candidate; there is no other way. */
    enum Promotion {
        ROUND_WON,
        /** A voter of this round knows no Pre-Vote. */
        OLD_PEER,
        TRANSFER,
        SOLE_VOTER,
        /** This replica itself knows no Pre-Vote. */
        CAPPED
    }

    static void require(RoleName from, long fromEpoch, RoleName to, long toEpoch) {
        boolean raised = toEpoch > fromEpoch;
        boolean allowed = toEpoch >= fromEpoch
                && switch (to) {
                    case UNATTACHED -> raised || from == RoleName.UNATTACHED || from == RoleName.PROSPECTIVE;
                    case FOLLOWER -> raised || (from != RoleName.LEADER && from != RoleName.RESIGNED);
                    case PROSPECTIVE -> !raised && from != RoleName.LEADER;
                    case CANDIDATE -> toEpoch == fromEpoch + 1 && from != RoleName.LEADER;
                    case LEADER -> !raised && from == RoleName.CANDIDATE;
                    case RESIGNED -> !raised && from == RoleName.LEADER;
                };
        if (!allowed) {
            throw new IllegalStateException("No way leads from " + from + " in epoch " + fromEpoch + " to " + to
                    + " in epoch " + toEpoch);
        }
    }

    /** Checks that a promotion is one that its cause allows from where the replica stands. */
    static void require(Promotion cause, RoleName from, boolean capped, boolean soleVoter) {
        boolean allowed =
                switch (cause) {
                    case ROUND_WON, OLD_PEER -> from == RoleName.PROSPECTIVE && !capped;
                    case TRANSFER -> from == RoleName.PROSPECTIVE || from == RoleName.FOLLOWER;
                    case SOLE_VOTER -> from == RoleName.UNATTACHED && soleVoter;
                    case CAPPED -> capped && from != RoleName.LEADER;
                };
        if (!allowed) {
            throw new IllegalStateException("A replica that is " + from + " may not become Candidate because of " + cause);
        }
    }
}
