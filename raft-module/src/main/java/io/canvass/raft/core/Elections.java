package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rounds of votes, asked and answered: Unattached, Prospective and Candidate (PREVOTE.md). */
final class Elections {
    private final ReplicaState state;
    private long preVoteRounds;

    Elections(ReplicaState state) {
        this.state = state;
    }

    long preVoteRounds() {
        return preVoteRounds;
    }

    // ---- campaigning

    /** The election timer ran out. */
    void onTimer() {
        if (!state.mayCampaign()) {
            return;
        }
        if (state.config.capped() && state.log.isInstalling()) {
            state.update(state.role().withTimer(state.freshTimer()));
            return;
        }
        if (state.config.capped()) {
            campaign(Edges.Promotion.CAPPED, RoundSummary.Ending.TIMED_OUT);
            return;
        }
        ReplicaKey hint =
                switch (state.role()) {
                    case Role.Unattached u -> u.hint();
                    case Role.Prospective p -> p.hint();
                    case Role.Follower f -> f.leader();
                    case Role.Candidate c -> ReplicaKey.NONE;
                    case Role.Resigned r -> ReplicaKey.NONE;
                    case Role.Leader l -> throw new IllegalStateException("A leader has no election timer");
                };
        canvass(hint);
    }

    /** Asks whether it would be elected. Nothing is persisted, the epoch stays. */
    private void canvass(ReplicaKey hint) {
        preVoteRounds++;
        Round round = countingItself(beginRound(RoundSummary.Phase.PRE_VOTE, state.epoch()));
        state.become(new Role.Prospective(hint, round, state.freshTimer()), RoundSummary.Ending.TIMED_OUT);
        request(round, false);
        settle();
    }

    private Round countingItself(Round round) {
        return state.isVoter() ? round.grantedBy(state.self().nodeId()) : round;
    }

    private Round beginRound(RoundSummary.Phase phase, long epoch) {
        List<ReplicaKey> voters = new ArrayList<>();
        Map<String, Long> requests = new HashMap<>();
        for (Configuration.Member voter : state.configuration().voters()) {
            voters.add(voter.key());
            if (!voter.key().matches(state.self())) {
                requests.put(voter.key().nodeId(), state.nextCorrelation());
            }
        }
        return Round.begin(state.nextRound(), phase, epoch, voters, requests, state.memory().contacts());
    }

    private void request(Round round, boolean transfer) {
        boolean preVote = round.phase() == RoundSummary.Phase.PRE_VOTE;
        for (Configuration.Member voter : state.configuration().voters()) {
            Long correlation = round.requests().get(voter.key().nodeId());
            if (correlation != null) {
                Message request = new Message.VoteRequest(
                        state.config.clusterId(),
                        voter.key(),
                        state.epoch(),
                        state.log.durableEnd(),
                        preVote,
                        round.id(),
                        transfer);
                state.sendAfterWrite(voter.key(), Lane.CONTROL, correlation, request);
            }
        }
    }

    /** Raises the epoch: the one step that can disturb others, so each cause is named and checked. */
    void campaign(Edges.Promotion cause, RoundSummary.Ending endingOfRoundBefore) {
        Edges.require(cause, state.role().name(), state.config.capped(), state.isSoleVoter());
        Round round = beginRound(RoundSummary.Phase.VOTE, state.epoch() + 1);
        state.raiseEpoch(round, endingOfRoundBefore);
        request(round, cause == Edges.Promotion.TRANSFER);
    }

    /** The own vote, or one given, is durable: the timer that waited for it starts, and the own vote counts. */
    void onPersisted() {
        if (!(state.role().electionTimer() instanceof ElectionTimer.WhenDurable waiting)
                || !state.log.isDurable(waiting.tokenSequence())) {
            return;
        }
        state.update(state.role().withTimer(state.freshTimer()));
        if (state.role() instanceof Role.Candidate candidate) {
            Round counted = countingItself(candidate.round());
            state.update(new Role.Candidate(counted, candidate.timer()));
            settle();
        }
    }

    // ---- answering

    void onVoteRequest(ReplicaKey from, Lane lane, long correlation, Message.VoteRequest request) {
        VoteError error = VoteJudge.screen(state, request);
        VoteRefusal refusal = refusalOf(error);
        if (error == VoteError.NONE) {
            refusal = request.preVote()
                    ? VoteJudge.judgePreVote(state, from, request)
                    : judgeStandardVote(from, request);
        }
        state.sendAfterWrite(from, lane, correlation, answer(request, error, refusal));
    }

    private Message.VoteResponse answer(Message.VoteRequest request, VoteError error, VoteRefusal refusal) {
        boolean granted = refusal == VoteRefusal.NONE;
        // A replica that knows no Pre-Vote knows no round ids either.
        RoundId round = error == VoteError.UNSUPPORTED_VERSION ? RoundId.NONE : request.round();
        return new Message.VoteResponse(
                state.epoch(), state.leaderToName(), granted, request.preVote(), round, error, refusal);
    }

    private static VoteRefusal refusalOf(VoteError error) {
        return switch (error) {
            case NONE -> VoteRefusal.NONE;
            case FENCED_EPOCH -> VoteRefusal.EPOCH_STALE;
            case INCONSISTENT_CLUSTER_ID, INVALID_VOTER_KEY, INVALID_REQUEST, UNSUPPORTED_VERSION -> VoteRefusal.INVALID;
        };
    }

    private VoteRefusal judgeStandardVote(ReplicaKey from, Message.VoteRequest request) {
        VoteRefusal byLease = VoteJudge.judgeLease(state, request);
        if (byLease != VoteRefusal.NONE) {
            return byLease;
        }
        if (request.epoch() > state.epoch()) {
            state.adopt(request.epoch());
        }
        VoteRefusal refusal = VoteJudge.judgeStandardVote(state, from, request);
        if (refusal == VoteRefusal.NONE) {
            grantTo(from);
        }
        return refusal;
    }

    /** Any round of its own ends with the vote it gives; the timer starts when the vote is durable. */
    private void grantTo(ReplicaKey candidate) {
        if (state.vote().isNone()) {
            state.grantVoteTo(candidate);
        }
        ReplicaKey hint = state.role().rememberedLeader();
        state.become(
                new Role.Unattached(hint, state.freshTimerWhenDurable()), RoundSummary.Ending.VOTED_FOR_OTHER);
    }

    // ---- judging answers

    /**
     * By identity first: an answer counts only if it is the first of a voter that was asked in the round that is open now, to
     * the very request it was sent. Of any other, only a higher epoch was used, before this was called.
     */
    void onVoteResponse(ReplicaKey from, long correlation, Message.VoteResponse response) {
        Round round = ReplicaState.roundOf(state.role());
        if (round == null || !answersOpenRound(round, from, correlation, response)) {
            return;
        }
        if (response.error() == VoteError.UNSUPPORTED_VERSION) {
            onOldPeer(round);
            return;
        }
        if (response.epoch() == state.epoch() && namesNewLeader(from, response.leader())) {
            return;
        }
        boolean counts = response.granted()
                && response.error() == VoteError.NONE
                && (response.preVote() || response.epoch() == state.epoch());
        String voter = from.nodeId();
        replaceRound(counts ? round.grantedBy(voter) : round.refusedBy(voter, reasonOf(response)));
        settle();
    }

    private static boolean answersOpenRound(
            Round round, ReplicaKey from, long correlation, Message.VoteResponse response) {
        Long asked = round.requests().get(from.nodeId());
        if (asked == null || asked != correlation || !round.awaits(from)) {
            return false;
        }
        boolean rightPhase = response.preVote() == (round.phase() == RoundSummary.Phase.PRE_VOTE);
        // An old peer knows no round ids: its refusal to understand is matched by the correlation alone.
        boolean rightRound = response.round().equals(round.id()) || response.error() == VoteError.UNSUPPORTED_VERSION;
        return rightPhase && rightRound;
    }

    private static VoteRefusal reasonOf(Message.VoteResponse response) {
        return response.refusal() == VoteRefusal.NONE ? VoteRefusal.INVALID : response.refusal();
    }

    private void onOldPeer(Round round) {
        if (round.phase() != RoundSummary.Phase.PRE_VOTE) {
            return;
        }
        if (mayPromote(round)) {
            campaign(Edges.Promotion.OLD_PEER, RoundSummary.Ending.UNSUPPORTED_VERSION);
        } else {
            close(round, RoundSummary.Ending.GUARD_REFUSED);
        }
    }

    /** Whether the answer names a leader of the own epoch that was not known; then it is followed, and the vote not used. */
    private boolean namesNewLeader(ReplicaKey from, ReplicaKey leader) {
        if (leader.isNone() || leader.matches(state.self())) {
            return false;
        }
        ReplicaKey remembered = state.hardState().leader();
        if (remembered.isKnown()) {
            if (!remembered.matches(leader)) {
                state.refuse(from, "names " + leader + " as leader of epoch " + state.epoch() + ", which " + remembered
                        + " leads");
                return true;
            }
            return false;
        }
        state.rememberLeader(leader);
        state.become(
                new Role.Follower(leader, false, state.role().electionTimer()), RoundSummary.Ending.LEADER_NAMED);
        return true;
    }

    private void settle() {
        Round round = ReplicaState.roundOf(state.role());
        if (round == null || !round.open()) {
            return;
        }
        switch (round.tally()) {
            case OPEN -> {}
            case LOST -> close(round, RoundSummary.Ending.LOST);
            case WON -> onWon(round);
        }
    }

    private void onWon(Round round) {
        if (round.phase() == RoundSummary.Phase.VOTE) {
            if (state.hardState().leader().isKnown()) {
                // It resigned, and told so; but it led this epoch, and an epoch has one leader.
                close(round, RoundSummary.Ending.GUARD_REFUSED);
            } else {
                lead();
            }
        } else if (mayPromote(round)) {
            campaign(Edges.Promotion.ROUND_WON, RoundSummary.Ending.WON);
        } else {
            close(round, RoundSummary.Ending.GUARD_REFUSED);
        }
    }

    /**
     * Lock 3: evaluated at the moment of promotion. A replica that slept finds old grants queued before the heartbeats that
     * would have ended the round; by the clock of this very step its timer has run out, and they are worth nothing.
     */
    private boolean mayPromote(Round round) {
        return state.role() instanceof Role.Prospective prospective
                && prospective.round().id().equals(round.id())
                && round.epoch() == state.epoch()
                && state.mayCampaign()
                && !state.log.isInstalling()
                && state.memory().contacts() == round.contacts()
                && !prospective.timer().hasRunOut(state.now());
    }

    private void lead() {
        state.rememberLeader(state.self());
        Replication replication = new Replication(state);
        state.become(new Role.Leader(replication), RoundSummary.Ending.WON);
        replication.begin();
    }

    /** The round came to nothing: lock 4, the next starts only when the full timer runs out. */
    private void close(Round round, RoundSummary.Ending ending) {
        replaceRound(round.closed());
        state.emit(new Effect.RoundEnded(round.summary(ending)));
    }

    private void replaceRound(Round round) {
        switch (state.role()) {
            case Role.Prospective p -> state.update(new Role.Prospective(p.hint(), round, p.timer()));
            case Role.Candidate c -> state.update(new Role.Candidate(round, c.timer()));
            case Role.Unattached u -> throw noRound(u);
            case Role.Leader l -> throw noRound(l);
            case Role.Follower f -> throw noRound(f);
            case Role.Resigned r -> throw noRound(r);
        }
    }

    private static IllegalStateException noRound(Role role) {
        return new IllegalStateException(role.name() + " has no round");
    }
}
