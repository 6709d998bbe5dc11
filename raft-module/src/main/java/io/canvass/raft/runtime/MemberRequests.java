package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Effect.Result.TransferFailed.Why;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;

/**
 * What operators wait for: changes of the members until they have a place in the log, judgements of changes, and leadership given away
 * until another has it. For the core's thread.
 */
final class MemberRequests {
    /** Who waits for the core's answer. */
    private sealed interface Waiting {
        void failed(RaftException why);
    }

    private record Change(ProposalOutcome outcome) implements Waiting {
        @Override
        public void failed(RaftException why) {
            outcome.failed(why);
        }
    }

    private record Check(CompletableFuture<Optional<MemberChange.Refusal>> judged) implements Waiting {
        @Override
        public void failed(RaftException why) {
            judged.completeExceptionally(why);
        }
    }

    private record Transfer(CompletableFuture<Void> handedOver, long deadlineNanos) implements Waiting {
        @Override
        public void failed(RaftException why) {
            handedOver.completeExceptionally(why);
        }
    }

    /**
     * Leadership was left, and another's is waited for.
     *
     * @param promised whether it counts as failed if none is known by the deadline
     */
    private record HandOver(CompletableFuture<Void> future, long deadlineNanos, boolean promised) {}

    private final Map<Long, Waiting> waiting = new HashMap<>();
    private final List<HandOver> handOvers = new ArrayList<>();

    void await(long requestId, Event.ChangeAsked asked) {
        waiting.put(requestId, new Change(asked.outcome()));
    }

    void await(long requestId, Event.CheckAsked asked) {
        waiting.put(requestId, new Check(asked.judged()));
    }

    void await(long requestId, Event.TransferAsked asked, long deadlineNanos) {
        waiting.put(requestId, new Transfer(asked.handedOver(), deadlineNanos));
    }

    void await(Event.ResignAsked asked, long deadlineNanos) {
        handOvers.add(new HandOver(asked.handedOver(), deadlineNanos, false));
    }

    /** Whether this answers one of these requests. */
    boolean complete(Effect.Complete complete) {
        Waiting asker = waiting.remove(complete.requestId());
        if (asker == null) {
            return false;
        }
        Effect.Result result = complete.result();
        switch (asker) {
            case Waiting any when result instanceof Effect.Result.NotLeader not ->
                any.failed(new RaftException.NotLeader(not.leader(), not.epoch()));
            case Change change -> complete(change, result);
            case Check check -> complete(check, result);
            case Transfer transfer -> complete(transfer, result);
        }
        return true;
    }

    private static void complete(Change change, Effect.Result result) {
        switch (result) {
            case Effect.Result.Appended at -> change.outcome().appended(at.index(), at.epoch());
            case Effect.Result.ChangeRefused refused -> change.failed(new RaftException.ChangeRefused(refused.why()));
            default -> throw ClientRequests.mixedUp(result);
        }
    }

    private static void complete(Check check, Effect.Result result) {
        switch (result) {
            case Effect.Result.ChangeAllowed a -> check.judged().complete(Optional.empty());
            case Effect.Result.ChangeRefused refused -> check.judged().complete(Optional.of(refused.why()));
            default -> throw ClientRequests.mixedUp(result);
        }
    }

    private void complete(Transfer transfer, Effect.Result result) {
        switch (result) {
            case Effect.Result.TransferFailed failed -> transfer.failed(new RaftException.TransferFailed(failed.why()));
            case Effect.Result.LeadershipLeft l ->
                handOvers.add(new HandOver(transfer.handedOver(), transfer.deadlineNanos(), true));
            default -> throw ClientRequests.mixedUp(result);
        }
    }

    /** Whether somebody waits for another leader. */
    boolean awaitLeader() {
        return !handOvers.isEmpty();
    }

    /**
     * Tells those who wait for another leader.
     *
     * @param leader who leads as far as is known, or {@link ReplicaKey#NONE}
     * @param self whether that is this replica
     */
    void review(ReplicaKey leader, boolean self, long now) {
        boolean done = leader.isKnown() && !self;
        handOvers.removeIf(handOver -> {
            boolean late = now >= handOver.deadlineNanos();
            if (done || (late && !handOver.promised())) {
                handOver.future().complete(null);
            } else if (late) {
                handOver.future().completeExceptionally(new RaftException.TransferFailed(Why.TIMED_OUT));
            }
            return done || late;
        });
    }

    /** Nobody will learn more here. */
    void end(String why) {
        waiting.values().forEach(asker -> asker.failed(new RaftException.OutcomeUnknown(why)));
        waiting.clear();
        for (HandOver handOver : handOvers) {
            if (handOver.promised()) {
                handOver.future().completeExceptionally(new RaftException.Stopped(why));
            } else {
                handOver.future().complete(null);
            }
        }
        handOvers.clear();
    }
}
