package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Reads of a replica that does not lead: it asks its leader for the index, one request for all reads of a step. */
final class ForwardedReads {
    private record Asked(long readId, List<Long> requestIds, ReplicaKey leader, long epoch, long deadlineNanos) {}

    private final ReplicaState state;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private int waiting;
    private long lastReadId;

    ForwardedReads(ReplicaState state) {
        this.state = state;
    }

    void read(List<Long> requestIds) {
        ReplicaKey leader = state.leaderToUse();
        if (leader.isNone()) {
            fail(requestIds);
            return;
        }
        if (waiting + requestIds.size() > state.config.maxPendingReads()) {
            requestIds.forEach(id -> state.emit(new Effect.Complete(id, new Effect.Result.Overloaded())));
            return;
        }
        waiting += requestIds.size();
        long readId = ++lastReadId;
        long deadline = state.now() + state.config.electionTimeoutNanos();
        asked.addLast(new Asked(readId, requestIds, leader, state.epoch(), deadline));
        state.sendAfterState(
                leader,
                Lane.CONTROL,
                state.nextCorrelation(),
                new Message.ReadIndexRequest(state.config.clusterId(), leader, state.epoch(), readId));
    }

    /** Counts only from the leader it was asked of, in the epoch it was asked in (HAZARDS C7). */
    void onResponse(ReplicaKey from, Message.ReadIndexResponse response) {
        Iterator<Asked> all = asked.iterator();
        while (all.hasNext()) {
            Asked one = all.next();
            if (one.readId() == response.readId() && one.leader().matches(from) && one.epoch() == response.epoch()) {
                all.remove();
                waiting -= one.requestIds().size();
                if (response.confirmed()) {
                    one.requestIds()
                            .forEach(id -> state.emit(
                                    new Effect.Complete(id, new Effect.Result.ReadAt(response.readIndex()))));
                } else {
                    fail(one.requestIds());
                }
                return;
            }
        }
    }

    /** Fails what was asked of a leader that is followed no more, or that has been silent for too long. */
    void review() {
        while (!asked.isEmpty() && isHopeless(asked.getFirst())) {
            Asked one = asked.removeFirst();
            waiting -= one.requestIds().size();
            fail(one.requestIds());
        }
    }

    private boolean isHopeless(Asked one) {
        return one.epoch() != state.epoch()
                || !one.leader().matches(state.leaderToUse())
                || state.now() >= one.deadlineNanos();
    }

    /** The stream to the leader broke: neither request nor answer can be relied on. */
    void onPeerLost(ReplicaKey lost) {
        Iterator<Asked> all = asked.iterator();
        while (all.hasNext()) {
            Asked one = all.next();
            if (one.leader().matches(lost)) {
                all.remove();
                waiting -= one.requestIds().size();
                fail(one.requestIds());
            }
        }
    }

    long nextDeadlineNanos() {
        return asked.isEmpty() ? Outcome.NEVER : asked.getFirst().deadlineNanos();
    }

    private void fail(List<Long> requestIds) {
        Effect.Result result = new Effect.Result.NotLeader(state.leaderToUse(), state.epoch());
        requestIds.forEach(id -> state.emit(new Effect.Complete(id, result)));
    }
}
