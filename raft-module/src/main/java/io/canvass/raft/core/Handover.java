package io.canvass.raft.core;

import java.util.Collection;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A leader hands its office to another voter (Raft dissertation, section 3.10): it takes no more proposals until the other has the
 * whole log, and orders it to campaign. It leads on until it hears of the new epoch, or until the deadline, when it takes proposals
 * again. Mutable, owned by the leader's replication.
 */
final class Handover {
    private record UnderWay(long requestId, String target, long deadlineNanos, boolean ordered) {}

    private final ReplicaState state;
    private @Nullable UnderWay now;
    /** Once in this leadership: an order that is late, or comes twice, is obeyed late. */
    private boolean everOrdered;

    Handover(ReplicaState state) {
        this.state = state;
    }

    boolean isUnderWay() {
        return now != null;
    }

    /**
     * Whether somebody was told to campaign, whose flagged votes no voter refuses for the sake of a leader that it hears. What became of
     * the order is never known for sure, so this stays true for as long as this leadership lasts (HAZARDS B6).
     */
    boolean hasOrdered() {
        return everOrdered;
    }

    long deadlineNanos() {
        return now == null ? Outcome.NEVER : now.deadlineNanos();
    }

    void ask(Input.TransferTo asked, Collection<Progress> peers, Successors successors) {
        boolean unnamed = asked.target().isNone();
        Optional<Progress> named = peers.stream()
                .filter(peer -> peer.isVoter() && (unnamed || peer.key().matches(asked.target())))
                .findFirst();
        // Who is named is waited for, there or not: who asks may know more.
        Optional<Progress> target = unnamed ? successors.best() : named;
        if (named.isEmpty()) {
            refuse(asked, Effect.Result.TransferFailed.Why.NO_SUCH_VOTER);
        } else if (isUnderWay() || state.log.configurationIndex() > state.log.commitIndex()) {
            refuse(asked, Effect.Result.TransferFailed.Why.BUSY);
        } else if (target.isEmpty()) {
            refuse(asked, Effect.Result.TransferFailed.Why.NO_VOTER_ANSWERS);
        } else {
            begin(asked.requestId(), target.get(), asked.timeoutNanos());
        }
    }

    private void refuse(Input.TransferTo asked, Effect.Result.TransferFailed.Why why) {
        state.emit(new Effect.Complete(asked.requestId(), new Effect.Result.TransferFailed(why)));
    }

    private void begin(long requestId, Progress target, long timeoutNanos) {
        now = new UnderWay(requestId, target.key().nodeId(), state.now() + timeoutNanos, false);
        review(target);
    }

    boolean isTo(Progress peer) {
        return now != null && now.target().equals(peer.key().nodeId());
    }

    /** Orders the target to campaign when it holds all there is. */
    void review(Progress target) {
        UnderWay handover = now;
        if (handover != null && !handover.ordered() && target.match() == state.log.lastIndex()) {
            now = new UnderWay(handover.requestId(), handover.target(), handover.deadlineNanos(), true);
            everOrdered = true;
            Message order = new Message.TransferRequest(
                    state.config.clusterId(), target.key(), state.epoch(), state.log.lastIndex());
            state.sendNow(target.key(), Lane.CONTROL, order);
        }
    }

    void onResponse(ReplicaKey from, Message.TransferResponse response) {
        UnderWay handover = now;
        if (handover != null && handover.target().equals(from.nodeId()) && !response.accepted()) {
            fail(Effect.Result.TransferFailed.Why.REFUSED);
        }
    }

    void onTime() {
        if (now != null && state.now() >= now.deadlineNanos()) {
            fail(Effect.Result.TransferFailed.Why.TIMED_OUT);
        }
    }

    /** The target is no voter any more. */
    void cancel() {
        if (now != null) {
            fail(Effect.Result.TransferFailed.Why.REFUSED);
        }
    }

    private void fail(Effect.Result.TransferFailed.Why why) {
        UnderWay handover = now;
        now = null;
        if (handover != null) {
            state.emit(new Effect.Complete(handover.requestId(), new Effect.Result.TransferFailed(why)));
        }
    }

    /** Leadership ended, by this or by anything else. */
    void end() {
        UnderWay handover = now;
        now = null;
        if (handover != null) {
            state.emit(new Effect.Complete(handover.requestId(), new Effect.Result.LeadershipLeft(handover.ordered())));
        }
    }
}
