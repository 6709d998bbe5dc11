package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads that wait for a leader's confirmation (ReadIndex; Raft dissertation, section 6.4). One round of heartbeats confirms
 * all that were registered before it was sent; only answers to requests sent after the registration count, told by a number
 * that the leader gives, never by the client (HAZARDS C2, C3).
 */
final class LeaderReads {
    /** Who asked: this replica's own clients, or a follower. */
    private sealed interface Asker {
        record Local(List<Long> requestIds) implements Asker {}

        record Peer(ReplicaKey from, Lane lane, long correlation, long readId) implements Asker {}
    }

    private record Pending(Asker asker, long sequence, long readIndex) {}

    private final ReplicaState state;
    private final Replication replication;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Asker> beforeFirstCommit = new ArrayDeque<>();
    private int waiting;
    private long sequenceSent;
    private long sequenceConfirmed;

    LeaderReads(ReplicaState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    /** The number that requests carry now. */
    long sequenceSent() {
        return sequenceSent;
    }

    /** @param byLease those that the lease serves wait for nothing */
    void read(List<Long> requestIds, boolean byLease) {
        if (byLease && replication.holdsLease()) {
            Effect.Result now = new Effect.Result.ReadAt(state.log.commitIndex(), true);
            requestIds.forEach(id -> state.emit(new Effect.Complete(id, now)));
            return;
        }
        if (waiting + requestIds.size() > state.config.maxPendingReads()) {
            requestIds.forEach(id -> state.emit(new Effect.Complete(id, new Effect.Result.Overloaded())));
            return;
        }
        register(new Asker.Local(requestIds));
    }

    void readFor(ReplicaKey from, Lane lane, long correlation, Message.ReadIndexRequest request) {
        Asker.Peer asker = new Asker.Peer(from, lane, correlation, request.readId());
        if (waiting >= state.config.maxPendingReads()) {
            fail(asker);
        } else {
            register(asker);
        }
    }

    private void register(Asker asker) {
        waiting += weight(asker);
        if (replication.hasCommittedInOwnEpoch()) {
            enqueue(asker);
        } else {
            beforeFirstCommit.addLast(asker);
        }
    }

    private static int weight(Asker asker) {
        return switch (asker) {
            case Asker.Local local -> local.requestIds().size();
            case Asker.Peer peer -> 1;
        };
    }

    /** The commit index is the truth now: reads that came before it register now. */
    void onFirstCommit() {
        while (!beforeFirstCommit.isEmpty()) {
            enqueue(beforeFirstCommit.removeFirst());
        }
    }

    private void enqueue(Asker asker) {
        pending.addLast(new Pending(asker, sequenceSent + 1, state.log.commitIndex()));
        confirmOrAsk();
    }

    private void confirmOrAsk() {
        // One round is under way at a time; what comes meanwhile shares the next one.
        if (sequenceConfirmed == sequenceSent && hasUnannounced()) {
            announce();
            replication.appends().heartbeatAll();
            confirm();
        }
    }

    private boolean hasUnannounced() {
        return !pending.isEmpty() && pending.getLast().sequence() > sequenceSent;
    }

    /** From here on requests carry the number of the reads that wait. */
    void announce() {
        if (hasUnannounced()) {
            sequenceSent++;
        }
    }

    /** After an answer: completes what a majority has confirmed, and asks for what came meanwhile. */
    void confirm() {
        long confirmed = replication.reachedByMajority(Progress::readAcknowledged, sequenceSent);
        if (confirmed <= sequenceConfirmed) {
            return;
        }
        sequenceConfirmed = confirmed;
        while (!pending.isEmpty() && pending.getFirst().sequence() <= confirmed) {
            complete(pending.removeFirst());
        }
        confirmOrAsk();
    }

    private void complete(Pending read) {
        waiting -= weight(read.asker());
        switch (read.asker()) {
            case Asker.Local local -> local.requestIds()
                    .forEach(id -> state.emit(new Effect.Complete(id, new Effect.Result.ReadAt(read.readIndex()))));
            case Asker.Peer peer -> answer(peer, true, read.readIndex());
        }
    }

    /** Leadership ends, and this object with it (HAZARDS C6). */
    void failAll() {
        pending.forEach(read -> fail(read.asker()));
        beforeFirstCommit.forEach(this::fail);
    }

    private void fail(Asker asker) {
        switch (asker) {
            case Asker.Local local -> local.requestIds()
                    .forEach(id -> state.emit(new Effect.Complete(
                            id, new Effect.Result.NotLeader(ReplicaKey.NONE, state.epoch()))));
            case Asker.Peer peer -> answer(peer, false, 0);
        }
    }

    private void answer(Asker.Peer peer, boolean confirmed, long readIndex) {
        state.sendAfterState(
                peer.from(),
                peer.lane(),
                peer.correlation(),
                new Message.ReadIndexResponse(
                        state.epoch(), state.leaderToName(), peer.readId(), confirmed, readIndex));
    }
}
