package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;

/**
 * No message leaves before what it says is durable. The shell keeps the order by tokens; this looks at the disk itself, so that a
 * token that is too low is found too.
 */
final class SaidIsDurable implements Observer {
    private static final String INVARIANT = "SaidIsDurable";

    @Override
    public void stepped(Step step) {
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Send send && send.message() instanceof Message.VoteRequest request) {
                requireOffered(step.replica(), request);
            }
        }
    }

    /** A candidate offers only what a crash would leave it (HAZARDS A34). */
    private static void requireOffered(SimulatedReplica replica, Message.VoteRequest request) {
        LogPosition offered = request.lastLog();
        List<Entry> log = replica.afterCrash();
        if (offered.index() > log.size() || log.get((int) offered.index() - 1).epoch() != offered.epoch()) {
            throw new InvariantViolation(INVARIANT, replica.key() + " offers " + offered + " and holds " + log.size());
        }
    }

    @Override
    public void sent(SimulatedReplica from, Effect.Send send) {
        HardState durable = from.disk().hardState();
        Message message = send.message();
        if (message.epoch() > durable.epoch()) {
            throw violation(from, message);
        }
        switch (message) {
            case Message.VoteResponse answer -> {
                if (answer.granted() && !answer.preVote()) {
                    requireVote(from, answer, send.to());
                }
            }
            case Message.VoteRequest request -> {
                if (!request.preVote()) {
                    requireVote(from, request, from.key());
                }
            }
            case Message.AppendResponse answer -> {
                // Within one epoch nothing is cut off that its leader has matched.
                if (answer.result() instanceof Message.AppendResult.Matched matched
                        && durable.epoch() == answer.epoch()
                        && matched.index() > from.disk().log().size()) {
                    throw violation(from, message);
                }
            }
            default -> {}
        }
    }

    private static void requireVote(SimulatedReplica from, Message message, ReplicaKey candidate) {
        HardState durable = from.disk().hardState();
        if (durable.epoch() == message.epoch() && !durable.vote().equals(candidate)) {
            throw violation(from, message);
        }
    }

    private static InvariantViolation violation(SimulatedReplica from, Message message) {
        return new InvariantViolation(INVARIANT, from.key() + " says " + Words.of(message) + "; durable is "
                + from.disk().hardState() + " and a log of " + from.disk().log().size());
    }
}
