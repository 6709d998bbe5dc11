package io.canvass.raft.core;

import java.util.List;

/** What a replica does with the word of a leader: entries and heartbeats, its resignation, its order to take over. */
final class Following {
    private final ReplicaState state;
    private final Elections elections;
    private long commitAtFirstContact = -1;

    Following(ReplicaState state, Elections elections) {
        this.state = state;
        this.elections = elections;
    }

    /** What the first leader heard since the start had committed by then; -1 before. */
    long commitAtFirstContact() {
        return commitAtFirstContact;
    }

    // ---- entries and heartbeats

    void onAppend(ReplicaKey from, Lane lane, long correlation, Message.AppendRequest request) {
        Message.AppendResult result = append(from, request);
        Message response = new Message.AppendResponse(
                state.epoch(),
                state.leaderToName(),
                request.session(),
                request.readSequence(),
                request.sentAtNanos(),
                result);
        state.sendAfterWrite(from, lane, correlation, response);
    }

    private Message.AppendResult append(ReplicaKey from, Message.AppendRequest request) {
        if (!isForThisReplica(from, request) || isMalformed(from, request)) {
            return new Message.AppendResult.Refused();
        }
        if (request.epoch() < state.epoch()) {
            return new Message.AppendResult.Fenced();
        }
        if (request.epoch() == state.epoch() && contradictsKnownLeader(from)) {
            return new Message.AppendResult.Refused();
        }
        contact(from, request);
        return replicate(from, request);
    }

    private boolean isForThisReplica(ReplicaKey from, Message.Request request) {
        if (!request.clusterId().equals(state.config.clusterId())) {
            state.refuse(from, "speaks for cluster " + request.clusterId());
            return false;
        }
        if (!request.to().matches(state.self())) {
            state.refuse(from, "means " + request.to());
            return false;
        }
        return true;
    }

    private boolean isMalformed(ReplicaKey from, Message.AppendRequest request) {
        LogPosition before = request.prev();
        boolean sound = before.epoch() >= 0
                && before.index() >= 0
                && before.epoch() <= request.epoch()
                && request.commitIndex() >= 0;
        long index = before.index();
        long epoch = before.epoch();
        for (Entry entry : request.entries()) {
            sound &= entry.index() == ++index && entry.epoch() >= epoch && entry.epoch() <= request.epoch();
            epoch = entry.epoch();
        }
        if (!sound) {
            state.refuse(from, "sends entries that cannot be one log");
        }
        return !sound;
    }

    /** Two leaders in one epoch: only a broken peer claims that. */
    private boolean contradictsKnownLeader(ReplicaKey from) {
        Role role = state.role();
        ReplicaKey known = role instanceof Role.Leader || role instanceof Role.Resigned
                ? state.self()
                : role.rememberedLeader();
        if (known.isNone() || known.matches(from)) {
            return false;
        }
        state.refuse(from, "claims to lead epoch " + state.epoch() + ", which " + known + " leads");
        return true;
    }

    /**
     * Lock 1: contact ends any round, matched log or not. Nothing from a leader that has said that it resigns is contact.
     */
    private void contact(ReplicaKey from, Message.AppendRequest request) {
        if (request.epoch() > state.epoch()) {
            state.adopt(request.epoch());
        }
        if (state.memory().leaderResigned()) {
            return;
        }
        state.rememberLeader(from);
        state.heardLeader();
        if (commitAtFirstContact < 0) {
            commitAtFirstContact = request.commitIndex();
        }
        state.become(
                new Role.Follower(from, true, state.freshTimer()), RoundSummary.Ending.ENDED_BY_LEADER_CONTACT);
    }

    private Message.AppendResult replicate(ReplicaKey from, Message.AppendRequest request) {
        ReplicaLog log = state.log;
        if (!log.holds(request.prev())) {
            return new Message.AppendResult.Mismatched(log.lastPossibleAgreement(request.prev()));
        }
        List<Entry> entries = request.entries();
        int fresh = 0;
        while (fresh < entries.size() && log.holds(positionOf(entries.get(fresh)))) {
            fresh++;
        }
        if (fresh < entries.size()) {
            long firstNew = entries.get(fresh).index();
            if (firstNew <= log.commitIndex()) {
                state.refuse(from, "contradicts entry " + firstNew + ", committed up to " + log.commitIndex());
                return new Message.AppendResult.Refused();
            }
            if (firstNew <= log.lastIndex()) {
                log.truncate(firstNew);
            }
            entries.subList(fresh, entries.size()).forEach(log::append);
        }
        // Never beyond what this message proved (HAZARDS F3, F4): a longer log may end in entries of another history.
        long matched = request.prev().index() + entries.size();
        log.commitUpTo(Math.min(request.commitIndex(), matched));
        return new Message.AppendResult.Matched(matched);
    }

    private static LogPosition positionOf(Entry entry) {
        return new LogPosition(entry.epoch(), entry.index());
    }

    // ---- resignation and transfer

    void onResigning(ReplicaKey from, Lane lane, long correlation, Message.ResigningRequest request) {
        if (isForThisReplica(from, request) && request.epoch() >= state.epoch()) {
            resigned(from, request);
        }
        state.sendAfterWrite(
                from, lane, correlation, new Message.ResigningResponse(state.epoch(), state.leaderToName()));
    }

    private void resigned(ReplicaKey from, Message.ResigningRequest request) {
        if (request.epoch() > state.epoch()) {
            if (state.config.leaseReads() && state.heardWithinTimeout()) {
                return;
            }
            state.adopt(request.epoch());
        }
        if (contradictsKnownLeader(from) || state.memory().leaderResigned()) {
            return;
        }
        state.leaderResigned();
        switch (state.role()) {
            case Role.Follower f -> state.update(new Role.Follower(f.leader(), false, timerByRank(request)));
            case Role.Unattached u -> {
                state.rememberLeader(from);
                state.update(new Role.Unattached(from, u.timer()));
            }
            case Role.Prospective p -> {
                state.rememberLeader(from);
                state.update(new Role.Prospective(from, p.round(), p.timer()));
            }
            case Role.Candidate c -> {}
            case Role.Leader l -> {}
            case Role.Resigned r -> {}
        }
    }

    /** The best successor asks at once, the one exception to lock 4; the others leave it the time to win. */
    private ElectionTimer timerByRank(Message.ResigningRequest request) {
        boolean first = !request.successors().isEmpty() && request.successors().getFirst().matches(state.self());
        return first ? state.timerIn(0) : state.shortTimer();
    }

    void onTransfer(ReplicaKey from, Lane lane, long correlation, Message.TransferRequest request) {
        boolean accepted = isForThisReplica(from, request) && mayTakeOver(from, request);
        state.sendAfterWrite(
                from,
                lane,
                correlation,
                new Message.TransferResponse(state.epoch(), state.leaderToName(), accepted));
        if (accepted) {
            elections.campaign(Edges.Promotion.TRANSFER, RoundSummary.Ending.TRANSFER);
        }
    }

    private boolean mayTakeOver(ReplicaKey from, Message.TransferRequest request) {
        boolean follows = state.role() instanceof Role.Follower || state.role() instanceof Role.Prospective;
        return follows
                && request.epoch() == state.epoch()
                && state.role().rememberedLeader().matches(from)
                && (isRecent(state.memory().lastContactNanos()) || isRecent(state.memory().resignedAtNanos()))
                && state.log.durableIndex() >= request.lastIndex()
                && state.isVoter();
    }

    private boolean isRecent(long at) {
        return at != ReplicaState.EpochMemory.NEVER && state.now() - at < state.config.electionTimeoutNanos();
    }
}
