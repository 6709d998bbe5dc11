package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.canvass.raft.core.CoreStatus;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.VoteRefusal;

/** Counts what happens seldom and has to happen, or a run proves nothing of it. */
final class RareEdges implements Observer {
    private record Way(int leader, long life, int peer) {}

    /** In this life of a replica, the leader of this epoch said that it resigns. */
    private record Notice(int replica, long life, long epoch) {}

    private record Office(int leader, long life, long epoch) {}

    private final Simulation simulation;
    private final Tally tally;
    private final Map<Way, Long> sessions = new HashMap<>();
    private final Set<Notice> notices = new HashSet<>();
    /** By leadership: the peers whose snapshot is not known to be in place, and the session of the last one. */
    private final Map<Office, Map<String, Long>> sending = new HashMap<>();
    /** By replica: the round that was open when a leader was heard. */
    private final Map<Integer, RoundId> endedByContact = new HashMap<>();

    RareEdges(Simulation simulation) {
        this.simulation = simulation;
        this.tally = simulation.tally();
    }

    @Override
    public void sent(SimulatedReplica from, Effect.Send send) {
        if (send.message() instanceof Message.AppendRequest append) {
            int peer = simulation.replica(send.to().nodeId()).number();
            sessions.merge(new Way(from.number(), from.life(), peer), append.session(), Math::max);
        } else if (send.message() instanceof Message.VoteResponse answer
                && answer.preVote()
                && answer.refusal() == VoteRefusal.JUST_STARTED) {
            tally.count(Tally.Count.PRE_VOTE_REFUSED_AFTER_START);
        }
    }

    @Override
    public void stepped(Step step) {
        snapshots(step);
        if (!(step.input() instanceof Input.Received received)) {
            return;
        }
        int number = step.replica().number();
        switch (received.message()) {
            case Message.VoteRequest asked -> {
                SimulatedReplica replica = step.replica();
                if (replica.isForeign() && asked.to().matches(replica.key()) && !asked.to().equals(replica.key())) {
                    tally.count(Tally.Count.NEW_DISK_ASKED_BY_AN_OLD_NAME);
                }
            }
            case Message.AppendRequest append -> contact(step, append);
            case Message.ResigningRequest notice -> {
                if (notices.add(new Notice(number, step.replica().life(), notice.epoch()))) {
                    tally.count(Tally.Count.NOTICE_OF_RESIGNATION);
                }
            }
            case Message.AppendResponse answer -> {
                int peer = simulation.replica(received.from().nodeId()).number();
                if (answer.session() < sessions.getOrDefault(new Way(number, step.replica().life(), peer), 0L)) {
                    tally.count(Tally.Count.ANSWER_OF_AN_OLD_SESSION);
                }
            }
            case Message.VoteResponse answer -> answered(step, answer);
            default -> {}
        }
    }

    private void snapshots(Step step) {
        if (!(step.before() instanceof Role.Leader)) {
            return;
        }
        Office office = new Office(step.replica().number(), step.replica().life(), step.stateBefore().epoch());
        Map<String, Long> peers = sending.computeIfAbsent(office, leads -> new HashMap<>());
        if (step.input() instanceof Input.Compact compact) {
            compacted(step, compact, !peers.isEmpty());
        } else if (step.input() instanceof Input.Received received
                && received.message() instanceof Message.SnapshotResponse answer
                && answer.result() == Message.SnapshotResult.INSTALLED) {
            peers.remove(received.from().nodeId(), answer.session());
        }
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.SendSnapshot send) {
                peers.put(send.peer().nodeId(), send.session());
            }
        }
    }

    /** Who takes a snapshot holds the leader's log, and then until it has caught up; not without a bound. */
    private void compacted(Step step, Input.Compact compact, boolean underWay) {
        CoreStatus status = step.replica().core().status();
        long base = status.logBase();
        if (base >= compact.upTo() || status.durableIndex() < compact.upTo()) {
            return;
        }
        tally.count(underWay ? Tally.Count.LOG_HELD_FOR_A_SNAPSHOT : Tally.Count.LOG_HELD_AFTER_A_SNAPSHOT);
        if (base == compact.must() && begins(step)) {
            tally.count(Tally.Count.HELD_LOG_MUST_BEGIN_LATER);
        }
    }

    private static boolean begins(Step step) {
        return step.outcome().effects().stream()
                .anyMatch(effect -> effect instanceof Effect.Persist write && write.log().base() != null);
    }

    private void contact(Step step, Message.AppendRequest append) {
        int number = step.replica().number();
        if (append.epoch() < step.stateBefore().epoch()) {
            return;
        }
        if (notices.contains(new Notice(number, step.replica().life(), append.epoch()))) {
            tally.count(Tally.Count.CONTACT_AFTER_RESIGNATION);
        }
        if (step.before() instanceof Role.Prospective prospective && !(step.after() instanceof Role.Prospective)) {
            endedByContact.put(number, prospective.round().id());
        }
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Send send
                    && send.message() instanceof Message.AppendResponse answer
                    && answer.result() instanceof Message.AppendResult.Mismatched) {
                tally.count(Tally.Count.CONTACT_WITH_A_GAP);
            }
        }
    }

    private void answered(Step step, Message.VoteResponse answer) {
        if (step.after() instanceof Role.Follower follower
                && !follower.heardFromLeader()
                && !(step.before() instanceof Role.Follower)) {
            tally.count(Tally.Count.LEADER_TOLD_BY_OTHERS);
        }
        if (!answer.preVote() || !answer.granted()) {
            return;
        }
        if (answer.round().equals(endedByContact.get(step.replica().number()))) {
            tally.count(Tally.Count.STALE_GRANT_AFTER_CONTACT);
        } else if (step.before() instanceof Role.Prospective prospective
                && !prospective.round().id().equals(answer.round())) {
            tally.count(Tally.Count.STALE_GRANT_OF_AN_OLDER_ROUND);
        }
    }
}
