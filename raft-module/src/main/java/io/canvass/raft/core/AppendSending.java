package io.canvass.raft.core;

import java.util.List;

/** What of the log a leader's peers are sent, and when: probes, appends within bounds, heartbeats, word of a commit. */
final class AppendSending {
    private final ReplicaState state;
    private final ReplicaLog log;
    private final RaftConfig config;
    private final Replication replication;
    /** When peers that nothing else has told are told what is committed. */
    private long commitNoticeNanos = Outcome.NEVER;

    AppendSending(ReplicaState state, Replication replication) {
        this.state = state;
        this.log = state.log;
        this.config = state.config;
        this.replication = replication;
    }

    long commitNoticeNanos() {
        return commitNoticeNanos;
    }

    void pumpAll() {
        replication.peers().forEach(this::pump);
    }

    /** Sends a peer what it may get now. */
    void pump(Progress peer) {
        if (peer.mode() == Progress.Mode.SNAPSHOT) {
            return;
        }
        if (peer.next() <= log.base().index()) {
            replication.snapshots().send(peer);
            return;
        }
        if (peer.mode() == Progress.Mode.PROBE) {
            probe(peer);
            return;
        }
        while (peer.next() <= log.lastIndex() && peer.hasRoom(config) && !peer.isReadingLog()) {
            if (!log.inMemory(peer.next())) {
                peer.startedReadingLog();
                long to = Math.min(log.durableIndex(), log.firstCachedIndex() - 1);
                state.emit(new Effect.ReadLog(
                        peer.key(), peer.session(), peer.next(), Math.max(peer.next(), to), config.maxAppendBytes()));
                return;
            }
            send(peer, log.slice(peer.next(), log.lastIndex(), config.maxAppendBytes()));
        }
        if (lacksCommit(peer)) {
            noticeCommit(peer);
        }
    }

    private boolean lacksCommit(Progress peer) {
        return peer.isIdle() && peer.commitSent() < Math.min(log.commitIndex(), peer.match());
    }

    /**
     * A follower learns of a commit soon, not with the next heartbeat (HAZARDS F12): but if more entries come at once,
     * they say it, and a message of its own for each would cost what the entries cost.
     */
    private void noticeCommit(Progress peer) {
        if (config.commitDelayNanos() == 0) {
            heartbeat(peer);
        } else if (commitNoticeNanos == Outcome.NEVER) {
            commitNoticeNanos = state.now() + config.commitDelayNanos();
        }
    }

    private void probe(Progress peer) {
        if (peer.probeOutstanding()) {
            return;
        }
        boolean bears =
                peer.mayProbeWithEntries() && peer.next() <= log.lastIndex() && log.inMemory(peer.next());
        List<Entry> entries = bears ? log.slice(peer.next(), log.lastIndex(), config.maxAppendBytes()) : List.of();
        peer.probeSent(peer.next() - 1 + entries.size());
        append(peer, Lane.DATA, log.position(peer.next() - 1), entries);
    }

    private void send(Progress peer, List<Entry> entries) {
        LogPosition before = log.position(peer.next() - 1);
        int bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.sizeBytes();
        }
        peer.sent(entries.getLast().index(), bytes, state.now());
        peer.commitSent(Math.min(log.commitIndex(), entries.getLast().index()));
        append(peer, Lane.DATA, before, entries);
    }

    /** Claims nothing that the peer might not have: it cannot be answered with a mismatch by a sound peer. */
    private void heartbeat(Progress peer) {
        long known = peer.match() < log.base().index() ? 0 : peer.match();
        peer.commitSent(Math.min(log.commitIndex(), known));
        append(peer, Lane.CONTROL, log.position(known), List.of());
    }

    private void append(Progress peer, Lane lane, LogPosition before, List<Entry> entries) {
        long reaches = before.index() + entries.size();
        long commit = Math.min(log.commitIndex(), reaches);
        state.sendNow(
                peer.key(),
                lane,
                new Message.AppendRequest(
                        config.clusterId(),
                        peer.key(),
                        state.epoch(),
                        peer.session(),
                        before,
                        entries,
                        commit,
                        replication.reads().sequenceSent(),
                        state.now(),
                        log.commitIndex()));
    }

    void onLogRead(Input.LogRead read) {
        Progress peer = replication.peer(read.peer());
        if (peer == null || peer.session() != read.session() || !peer.isReadingLog()) {
            return;
        }
        peer.finishedReadingLog();
        if (peer.mode() == Progress.Mode.REPLICATE
                && !read.entries().isEmpty()
                && peer.next() > log.base().index()
                && read.entries().getFirst().index() == peer.next()) {
            send(peer, read.entries());
        }
        pump(peer);
    }

    /** Tells of a commit, if it is time, those that nothing else has told. */
    void noticeCommits() {
        if (state.now() >= commitNoticeNanos) {
            commitNoticeNanos = Outcome.NEVER;
            replication.peers().stream().filter(this::lacksCommit).forEach(this::heartbeat);
        }
    }

    /** With its heartbeat a peer is asked again what it has not answered. */
    void beat(Progress peer) {
        heartbeat(peer);
        if (peer.mode() != Progress.Mode.SNAPSHOT && peer.isStuckSince(state.now() - config.electionTimeoutNanos())) {
            askAgain(peer);
        }
        peer.probeAgain();
        pump(peer);
    }

    /** As far back as the log goes: its answer says that it needs a snapshot, silence does not (HAZARDS G7). */
    void askAgain(Progress peer) {
        peer.probe(Math.max(peer.match(), log.base().index()) + 1, state.nextSession());
    }

    /** Asks all at once who still follows: confirms the reads announced before. */
    void heartbeatAll() {
        replication.peers().forEach(this::heartbeat);
    }
}
