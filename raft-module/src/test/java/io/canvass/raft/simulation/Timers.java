package io.canvass.raft.simulation;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.ElectionTimer;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.Role;

/**
 * No timer is armed without need and none is missing: who could be waited for always has a time at which it goes on by itself, and
 * who has nothing to wait for is not woken (HAZARDS H4). Told after each step from role and deadline.
 */
final class Timers implements Observer {
    private static final String INVARIANT = "TimersAsNeeded";

    @Override
    public void stepped(Step step) {
        SimulatedReplica replica = step.replica();
        if (step.outcome().nextDeadlineNanos() == Outcome.NEVER && step.input() instanceof Input.StorageFailed) {
            return;
        }
        boolean writes = step.outcome().effects().stream().anyMatch(effect -> effect instanceof Effect.Persist);
        judge(replica, step.after(), step.outcome().nextDeadlineNanos(), writes || replica.awaitsDisk());
    }

    private static void judge(SimulatedReplica replica, Role role, long deadline, boolean writes) {
        boolean voter = mayCampaign(replica);
        if (role instanceof Role.Leader) {
            leads(replica, deadline);
            return;
        }
        switch (role.electionTimer()) {
            case ElectionTimer.Never n -> {
                if (voter) {
                    throw violation(replica, role, "has no timer and may wait for ever");
                }
            }
            case ElectionTimer.WhenDurable w -> {
                if (!writes) {
                    throw violation(replica, role, "waits for a write that nobody does");
                }
            }
            case ElectionTimer.At at -> {
                if (!voter) {
                    throw violation(replica, role, "is no voter and has a timer");
                }
                if (at.deadlineNanos() > replica.clock() + 2 * RunOptions.TIMEOUT_NANOS) {
                    throw violation(replica, role, "has a timer beyond 2T");
                }
                if (deadline > at.deadlineNanos()) {
                    throw violation(replica, role, "is to be woken later than its timer says");
                }
            }
        }
    }

    /** A voter, or one that the last change removed, if that is not committed yet: all changes before it are. */
    private static boolean mayCampaign(SimulatedReplica replica) {
        long commit = replica.core().status().commitIndex();
        int seen = 0;
        for (int i = replica.memory().size() - 1; i >= 0 && seen < 2; i--) {
            Entry entry = replica.memory().get(i);
            if (entry.kind() == EntryKind.CONFIGURATION) {
                seen++;
                if (replica.isVoterIn(Configuration.decode(entry.data()))) {
                    return true;
                }
                if (entry.index() <= commit) {
                    return false;
                }
            }
        }
        return false;
    }

    private static void leads(SimulatedReplica replica, long deadline) {
        boolean alone = replica.core().status().peers().isEmpty();
        if (alone && deadline != Outcome.NEVER) {
            throw violation(replica, replica.core().role(), "has nobody to speak to and wants to be woken");
        }
        if (!alone && deadline > replica.clock() + replica.config().heartbeatNanos()) {
            throw violation(replica, replica.core().role(), "would send no heartbeat in time");
        }
    }

    private static InvariantViolation violation(SimulatedReplica replica, Role role, String what) {
        return new InvariantViolation(INVARIANT, replica.key().nodeId() + " as " + role.name() + " " + what);
    }
}
