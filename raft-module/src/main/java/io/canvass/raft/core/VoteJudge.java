package io.canvass.raft.core;

/**
 * Answers to vote requests (PREVOTE.md, Answering a vote request): what may be said without changing anything. A pre-vote is
 * answered here whole; that it cannot change the replica follows from this class having nothing to change it with (HAZARDS A16).
 */
final class VoteJudge {
    private VoteJudge() {}

    /** Steps 1 to 4, and the version: why a request is not judged at all. */
    static VoteError screen(ReplicaState state, Message.VoteRequest request) {
        if (!request.clusterId().equals(state.config.clusterId())) {
            return VoteError.INCONSISTENT_CLUSTER_ID;
        }
        // A candidate asks those whom its configuration names: one that still goes by a node's name may mean a disk that is lost.
        if (!state.isMeantBy(request.to())) {
            return VoteError.INVALID_VOTER_KEY;
        }
        if (request.preVote() && state.config.capped()) {
            return VoteError.UNSUPPORTED_VERSION;
        }
        if (isMalformed(request)) {
            return VoteError.INVALID_REQUEST;
        }
        return request.epoch() < state.epoch() ? VoteError.FENCED_EPOCH : VoteError.NONE;
    }

    private static boolean isMalformed(Message.VoteRequest request) {
        LogPosition last = request.lastLog();
        if (request.epoch() < 0 || last.epoch() < 0 || last.index() < 0) {
            return true;
        }
        return request.preVote() ? last.epoch() > request.epoch() : last.epoch() >= request.epoch();
    }

    /**
     * A voter's own timer ends it. An observer has none, but may be a voter by a configuration that it does not have yet: without
     * this it would refuse for ever those who need its vote when that leader is gone.
     */
    private static boolean hearsLeader(ReplicaState state, Role.Follower follower) {
        return follower.heardFromLeader() && (state.mayCampaign() || state.heardWithinTimeout());
    }

    /** A pre-vote that was not screened out. */
    static VoteRefusal judgePreVote(ReplicaState state, ReplicaKey from, Message.VoteRequest request) {
        if (justStarted(state)) {
            return VoteRefusal.JUST_STARTED;
        }
        boolean leaderAlive =
                switch (state.role()) {
                    case Role.Leader l -> true;
                    case Role.Follower f -> hearsLeader(state, f) && !f.leader().matches(from);
                    case Role.Unattached u -> false;
                    case Role.Prospective p -> false;
                    case Role.Candidate c -> false;
                    case Role.Resigned r -> false;
                };
        return leaderAlive ? VoteRefusal.LEADER_ALIVE : judgeLog(state, request);
    }

    /** A start forgets what a replica promised its leader. */
    static boolean justStarted(ReplicaState state) {
        return !state.isSoleVoter() && state.now() - state.startedAtNanos < state.config.electionTimeoutNanos();
    }

    /** Whether lease reads forbid even to adopt the higher epoch of this standard vote; NONE if they do not. */
    static VoteRefusal judgeLease(ReplicaState state, Message.VoteRequest request) {
        if (!state.config.leaseReads() || request.transfer() || request.epoch() <= state.epoch()) {
            return VoteRefusal.NONE;
        }
        boolean leads = state.role() instanceof Role.Leader; // Check Quorum went first in this step: contact is fresh.
        if (leads || state.heardWithinTimeout()) {
            return VoteRefusal.LEADER_ALIVE;
        }
        return justStarted(state) ? VoteRefusal.JUST_STARTED : VoteRefusal.NONE;
    }

    /** A standard vote of the own epoch. */
    static VoteRefusal judgeStandardVote(ReplicaState state, ReplicaKey from, Message.VoteRequest request) {
        return switch (state.role()) {
            case Role.Unattached u -> judgeUncommitted(state, u.hint(), from, request);
            case Role.Prospective p -> judgeUncommitted(state, p.hint(), from, request);
            case Role.Candidate c -> VoteRefusal.ALREADY_VOTED;
            case Role.Follower f -> VoteRefusal.LEADER_KNOWN;
            case Role.Leader l -> VoteRefusal.LEADER_ALIVE;
            case Role.Resigned r -> VoteRefusal.ALREADY_VOTED;
        };
    }

    private static VoteRefusal judgeUncommitted(
            ReplicaState state, ReplicaKey hint, ReplicaKey from, Message.VoteRequest request) {
        if (state.vote().isKnown()) {
            return state.vote().matches(from) ? VoteRefusal.NONE : VoteRefusal.ALREADY_VOTED;
        }
        return hint.isKnown() ? VoteRefusal.LEADER_KNOWN : judgeLog(state, request);
    }

    private static VoteRefusal judgeLog(ReplicaState state, Message.VoteRequest request) {
        return request.lastLog().isUpToDateWith(state.log.end()) ? VoteRefusal.NONE : VoteRefusal.LOG_BEHIND;
    }
}
