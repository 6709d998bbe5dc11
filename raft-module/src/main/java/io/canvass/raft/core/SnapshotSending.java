package io.canvass.raft.core;

/** A leader's peers that need what its log no longer holds: each is sent the state itself. */
final class SnapshotSending {
    private final ReplicaState state;
    private final Replication replication;

    SnapshotSending(ReplicaState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    /** It has to begin from the state itself; after a stream that failed, not before the next heartbeat. */
    void send(Progress peer) {
        if (!peer.probeOutstanding()) {
            peer.snapshot(state.nextSession(), state.log.base().index());
            state.emit(new Effect.SendSnapshot(peer.key(), state.epoch(), peer.session()));
        }
    }

    /** Its stream broke, or it could not be taken: with the next heartbeat the peer is asked what it still needs. */
    void onLost(ReplicaKey lost) {
        Progress peer = replication.peer(lost);
        if (peer != null && peer.mode() == Progress.Mode.SNAPSHOT) {
            replication.appends().askAgain(peer);
            peer.probeLater();
        }
    }

    void onResponse(ReplicaKey from, Message.SnapshotResponse response) {
        Progress peer = replication.peer(from);
        if (peer == null || response.epoch() != state.epoch() || !peer.isAnsweredBy(from)) {
            return;
        }
        peer.heard(state.now());
        if (response.result() == Message.SnapshotResult.REFUSED) {
            state.refuse(from, "refuses the leader of its own epoch");
            return;
        }
        peer.answered(Math.min(response.sentAtNanos(), state.now()), 0);
        if (response.result() == Message.SnapshotResult.BUSY && response.session() == peer.session()) {
            onLost(from);
            return;
        }
        boolean done = response.result() == Message.SnapshotResult.INSTALLED;
        if (done && peer.mode() == Progress.Mode.SNAPSHOT && response.session() == peer.session()) {
            // Where the logs agree is asked as ever: what is installed is not yet known to be durable in the log.
            peer.snapshotInstalled(state.log.lastIndex(), state.nextSession());
            replication.appends().pump(peer);
        }
    }

    /** Whether a log that began after this index would lack what has to follow a snapshot. */
    boolean isWanted(long upTo) {
        long then = state.now() - state.config.electionTimeoutNanos();
        return replication.peers().stream().anyMatch(peer -> peer.needsAfterSnapshot(upTo, then));
    }
}
