package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.Map;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;

/**
 * A leader that hands over takes no proposals until that has come to its end, whatever end that is: what it took would
 * hold up its successor, or be lost with its office.
 */
final class HandoverSafety implements Observer {
    private static final String INVARIANT = "NoProposalsInAHandover";

    /** By replica: the request of a handover that is not answered. */
    private final Map<Integer, Long> underWay = new HashMap<>();

    @Override
    public void started(SimulatedReplica replica) {
        underWay.remove(replica.number());
    }

    @Override
    public void stepped(Step step) {
        int number = step.replica().number();
        if (step.input() instanceof Input.TransferTo asked) {
            underWay.putIfAbsent(number, asked.requestId());
        }
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Complete answer) {
                judge(step, answer);
                underWay.remove(number, answer.requestId());
            }
        }
    }

    private void judge(Step step, Effect.Complete answer) {
        boolean taken = step.input() instanceof Input.Propose && answer.result() instanceof Effect.Result.Appended;
        if (taken && underWay.containsKey(step.replica().number())) {
            throw new InvariantViolation(
                    INVARIANT, step.replica().key().nodeId() + " takes " + answer + " while it hands over");
        }
    }
}
