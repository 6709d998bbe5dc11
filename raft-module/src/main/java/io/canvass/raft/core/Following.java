package io.canvass.raft.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** What a replica does with the word of a leader: entries and heartbeats, its resignation, its order to take over. */
final class Following {
    private final ReplicaState state;
    private final Elections elections;
    private long commitAtFirstContact = -1;
    private @Nullable Installing installing;

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
                result,
                state.config.promiseNanos());
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
        int known = knownEntries(request);
        if (contradictsCommitted(from, request, known)) {
            return new Message.AppendResult.Refused();
        }
        // What it may commit by this request is bounded by what it then holds; how far it is behind is not.
        contact(from, request.epoch(), Math.max(request.commitIndex(), request.leaderCommitIndex()));
        Message.AppendResult result = replicate(request, known);
        state.reviewMembership();
        return result;
    }

    private boolean isForThisReplica(ReplicaKey from, Message.Request request) {
        if (from.matches(state.self())) {
            state.refuse(from, "is this replica itself");
            return false;
        }
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
                && (before.index() > 0 || before.epoch() == 0)
                && request.commitIndex() >= 0
                && request.leaderCommitIndex() >= 0;
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
        // Not the role's memory: a replica that led this epoch and canvasses again in it has no hint, but knows.
        ReplicaKey known = state.hardState().leader();
        if (known.isNone() || known.matches(from)) {
            return false;
        }
        state.refuse(from, "claims to lead epoch " + state.epoch() + ", which " + known + " leads");
        return true;
    }

    /**
     * Lock 1: contact ends any round, matched log or not. Nothing from a leader that has said that it resigns is contact.
     */
    private void contact(ReplicaKey from, long epoch, long commitIndex) {
        if (epoch > state.epoch()) {
            state.adopt(epoch);
        }
        if (state.memory().leaderResigned()) {
            return;
        }
        state.rememberLeader(from);
        state.heardLeader();
        if (commitAtFirstContact < 0) {
            commitAtFirstContact = commitIndex;
        }
        state.become(
                new Role.Follower(from, true, state.freshTimer()), RoundSummary.Ending.ENDED_BY_LEADER_CONTACT);
    }

    /** How many of the request's entries this log holds already; -1 if not even the one before them. */
    private int knownEntries(Message.AppendRequest request) {
        if (!state.log.holds(request.prev())) {
            return -1;
        }
        int known = 0;
        while (known < request.entries().size() && state.log.holds(positionOf(request.entries().get(known)))) {
            known++;
        }
        return known;
    }

    /** What is committed stands in the log of every leader to come: who denies it is broken, and not even heard. */
    private boolean contradictsCommitted(ReplicaKey from, Message.AppendRequest request, int known) {
        long firstUnknown = request.prev().index() + known + 1;
        if (known == request.entries().size() || firstUnknown > state.log.commitIndex()) {
            return false;
        }
        state.refuse(from, "contradicts entry " + firstUnknown + ", committed up to " + state.log.commitIndex());
        return true;
    }

    private Message.AppendResult replicate(Message.AppendRequest request, int known) {
        ReplicaLog log = state.log;
        if (known < 0) {
            return new Message.AppendResult.Mismatched(log.lastPossibleAgreement(request.prev()));
        }
        List<Entry> fresh = request.entries().subList(known, request.entries().size());
        if (!fresh.isEmpty()) {
            if (fresh.getFirst().index() <= log.lastIndex()) {
                log.truncate(fresh.getFirst().index());
            }
            fresh.forEach(log::append);
        }
        // Never beyond what this message proved (HAZARDS F3, F4): a longer log may end in entries of another history.
        long matched = request.prev().index() + request.entries().size();
        log.commitUpTo(Math.min(request.commitIndex(), matched));
        return new Message.AppendResult.Matched(matched);
    }

    private static LogPosition positionOf(Entry entry) {
        return new LogPosition(entry.epoch(), entry.index());
    }

    // ---- snapshots

    /** Whom the end of an installation is told. */
    private record Installing(
            ReplicaKey from, Lane lane, long correlation, long session, long sentAtNanos, LogBase base) {}

    void onSnapshot(ReplicaKey from, Lane lane, long correlation, Message.SnapshotRequest request) {
        Message.SnapshotResult result = take(from, request);
        if (result == Message.SnapshotResult.TAKEN && request.last()) {
            // It is answered when it is done.
            installing = new Installing(
                    from, lane, correlation, request.session(), request.sentAtNanos(), request.base());
            state.log.beginInstall();
            state.emit(new Effect.InstallSnapshot(request.base()));
            return;
        }
        state.sendAfterWrite(
                from, lane, correlation, answer(request.session(), request.sentAtNanos(), result));
    }

    private Message.SnapshotResponse answer(long session, long sentAtNanos, Message.SnapshotResult result) {
        return new Message.SnapshotResponse(state.epoch(), state.leaderToName(), session, sentAtNanos, result);
    }

    private Message.SnapshotResult take(ReplicaKey from, Message.SnapshotRequest request) {
        if (!isForThisReplica(from, request)) {
            return Message.SnapshotResult.REFUSED;
        }
        if (request.base().position().epoch() > request.epoch()) {
            state.refuse(from, "sends a snapshot of an epoch beyond its own");
            return Message.SnapshotResult.REFUSED;
        }
        if (request.epoch() < state.epoch()) {
            return Message.SnapshotResult.FENCED;
        }
        if (request.epoch() == state.epoch() && contradictsKnownLeader(from)) {
            return Message.SnapshotResult.REFUSED;
        }
        contact(from, request.epoch(), request.base().position().index());
        if (request.base().position().index() <= state.log.commitIndex()) {
            return Message.SnapshotResult.INSTALLED;
        }
        return installing == null ? Message.SnapshotResult.TAKEN : Message.SnapshotResult.BUSY;
    }

    /** @throws IllegalStateException if nothing of the kind was asked for */
    void onInstalled(LogBase base) {
        Installing done = installing;
        if (done == null || !done.base().equals(base)) {
            throw new IllegalStateException("The snapshot up to " + base.position() + " was not asked for");
        }
        installing = null;
        state.log.installed(base);
        state.reviewMembership();
        state.sendAfterWrite(
                done.from(),
                done.lane(),
                done.correlation(),
                answer(done.session(), done.sentAtNanos(), Message.SnapshotResult.INSTALLED));
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
        state.rememberLeader(from);
        switch (state.role()) {
            case Role.Follower f -> state.update(new Role.Follower(f.leader(), false, timerByRank(request)));
            case Role.Unattached u -> state.update(new Role.Unattached(from, u.timer()));
            case Role.Prospective p -> state.update(new Role.Prospective(from, p.round(), p.timer()));
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
                && state.isVoter()
                && !state.log.isInstalling();
    }

    private boolean isRecent(long at) {
        return at != ReplicaState.EpochMemory.NEVER && state.now() - at < state.config.electionTimeoutNanos();
    }
}
