package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;

/**
 * At most one leader per epoch, by a majority of votes; one vote per epoch and replica, across restarts; no vote and no pre-vote for
 * a log that is behind; epochs never fall.
 */
final class ElectionSafety implements Observer {
    private record Ballot(ReplicaKey voter, long epoch) {}

    private record Leadership(int leader, long life) {}

    private final Map<Ballot, ReplicaKey> votes = new HashMap<>();
    private final Map<Long, Leadership> leaders = new HashMap<>();

    @Override
    public void stepped(Step step) {
        if (step.stateAfter().epoch() < step.stateBefore().epoch()) {
            throw new InvariantViolation(
                    "MonotonicEpoch", step.replica().key() + " went from " + step.stateBefore() + " to " + step.stateAfter());
        }
        if (step.after() instanceof Role.Leader && !(step.before() instanceof Role.Leader)) {
            elected(step.replica(), step.stateAfter().epoch());
        }
        if (step.input() instanceof Input.Received received
                && received.message() instanceof Message.VoteRequest request) {
            answered(step, request);
        }
    }

    private static void answered(Step step, Message.VoteRequest request) {
        List<Entry> log = step.replica().memory();
        LogPosition last = log.isEmpty()
                ? LogPosition.ZERO
                : new LogPosition(log.getLast().epoch(), log.getLast().index());
        boolean upToDate = request.lastLog().isUpToDateWith(last);
        for (Effect effect : step.outcome().effects()) {
            // Whom it voted for already it tells so again, whatever it has appended since.
            boolean again = !request.preVote() && step.stateBefore().vote().isKnown();
            if (effect instanceof Effect.Send send
                    && send.message() instanceof Message.VoteResponse answer
                    && answer.granted()
                    && !upToDate
                    && !again) {
                throw new InvariantViolation(
                        "LogsAreCompared", step.replica().key() + " ends with " + last + " and grants " + Words.of(request));
            }
            if (effect instanceof Effect.Send send
                    && send.message() instanceof Message.VoteResponse answer
                    && answer.granted()
                    && step.replica().isForeign()
                    && !request.to().equals(step.replica().key())) {
                throw new InvariantViolation(
                        "VotesOfDisks",
                        step.replica().key() + " is no replica of the beginning, and grants what was asked of "
                                + request.to());
            }
        }
    }

    private void elected(SimulatedReplica replica, long epoch) {
        Leadership now = new Leadership(replica.number(), replica.life());
        Leadership known = leaders.putIfAbsent(epoch, now);
        if (known != null) {
            throw new InvariantViolation(
                    "OneLeaderPerEpoch", "epoch " + epoch + " is led by " + known + " and by " + now);
        }
        HardState durable = replica.disk().hardState();
        if (durable.epoch() != epoch || !durable.vote().equals(replica.key())) {
            throw new InvariantViolation(
                    "LeaderByMajority", replica.key() + " leads epoch " + epoch + " on a vote that is not durable: " + durable);
        }
        int votesFor = 0;
        for (Map.Entry<Ballot, ReplicaKey> vote : votes.entrySet()) {
            if (vote.getKey().epoch() == epoch
                    && vote.getValue().equals(replica.key())
                    && replica.core().configuration().isVoter(vote.getKey().voter())) {
                votesFor++;
            }
        }
        int voters = replica.core().configuration().voters().size();
        if (voters > 1 && votesFor < voters / 2 + 1) {
            throw new InvariantViolation(
                    "LeaderByMajority", replica.key() + " leads epoch " + epoch + " with " + votesFor + " votes");
        }
    }

    @Override
    public void sent(SimulatedReplica from, Effect.Send send) {
        if (send.message() instanceof Message.VoteResponse answer && answer.granted() && !answer.preVote()) {
            vote(from, answer.epoch(), send.to());
        } else if (send.message() instanceof Message.VoteRequest request && !request.preVote()) {
            vote(from, request.epoch(), from.key());
        }
    }

    private void vote(SimulatedReplica voter, long epoch, ReplicaKey candidate) {
        ReplicaKey before = votes.putIfAbsent(new Ballot(voter.key(), epoch), candidate);
        if (before != null && !before.equals(candidate)) {
            throw new InvariantViolation(
                    "VoteOncePerEpoch",
                    voter.key() + " votes for " + candidate + " in epoch " + epoch + ", and did so for " + before);
        }
    }
}
