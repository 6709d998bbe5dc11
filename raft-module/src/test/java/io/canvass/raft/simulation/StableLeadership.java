package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import org.jspecify.annotations.Nullable;

/**
 * The promise of Pre-Vote (PREVOTE.md, Stable leadership): once one fixed majority of voters, the leader among them, has been in contact
 * with it for 2T without a gap of T, and nobody bears a higher epoch, no replica becomes Candidate, whatever the rest of the
 * network does.
 */
final class StableLeadership implements Observer {
    /** Contact of one replica with the leader of an epoch, without a gap of T by its own clock. */
    private record Contact(long epoch, long sinceNanos, long lastNanos) {}

    private record Office(long epoch, long sinceNanos, long life) {}

    private final Simulation simulation;
    private final Map<Integer, Contact> contacts = new HashMap<>();
    private final Map<Integer, Office> offices = new HashMap<>();
    /** No replica and no message bears more than the highest epoch there ever was. */
    private long highestEpoch;

    StableLeadership(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void stepped(Step step) {
        if (Promotions.isPromotion(step) && Promotions.causeOf(step) == Promotions.Cause.ROUND_WON) {
            judge(step);
        }
        highestEpoch = Math.max(highestEpoch, step.stateAfter().epoch());
        if (step.after() instanceof Role.Leader && !(step.before() instanceof Role.Leader)) {
            offices.put(
                    step.replica().number(),
                    new Office(step.stateAfter().epoch(), step.nowNanos(), step.replica().life()));
        }
        if (step.input() instanceof Input.Received received
                && received.message() instanceof Message.AppendRequest append
                && append.epoch() >= step.stateBefore().epoch()
                && append.to().matches(step.replica().key())) {
            contact(step.replica().number(), append.epoch(), step.replica().machineNanos());
        }
    }

    private void contact(int number, long epoch, long now) {
        Contact before = contacts.get(number);
        boolean goesOn =
                before != null && before.epoch() == epoch && now - before.lastNanos() < RunOptions.TIMEOUT_NANOS;
        contacts.put(number, new Contact(epoch, goesOn && before != null ? before.sinceNanos() : now, now));
    }

    private void judge(Step step) {
        SimulatedReplica leader = leaderOf(highestEpoch);
        if (leader == null || step.stateBefore().epoch() > highestEpoch) {
            return;
        }
        List<String> steady = new ArrayList<>();
        steady.add(leader.key().nodeId());
        for (SimulatedReplica replica : simulation.votersOf(leader.core().configuration())) {
            Contact contact = contacts.get(replica.number());
            if (replica != leader
                    && contact != null
                    && contact.epoch() == highestEpoch
                    && replica.machineNanos() - contact.lastNanos() < RunOptions.TIMEOUT_NANOS
                    && replica.machineNanos() - contact.sinceNanos() >= 2 * RunOptions.TIMEOUT_NANOS) {
                steady.add(replica.key().nodeId());
            }
        }
        if (steady.size() >= leader.core().configuration().majority()) {
            throw new InvariantViolation(
                    "StableLeadership",
                    step.replica().key().nodeId() + " becomes Candidate of epoch " + step.stateAfter().epoch() + " while "
                            + steady + " are in steady contact with " + leader.key().nodeId());
        }
    }

    private @Nullable SimulatedReplica leaderOf(long epoch) {
        for (SimulatedReplica replica : simulation.replicas()) {
            Office office = offices.get(replica.number());
            if (office != null
                    && office.epoch() == epoch
                    && office.life() == replica.life()
                    && replica.leads()
                    && simulation.now() - office.sinceNanos() >= 2 * RunOptions.TIMEOUT_NANOS) {
                return replica;
            }
        }
        return null;
    }
}
