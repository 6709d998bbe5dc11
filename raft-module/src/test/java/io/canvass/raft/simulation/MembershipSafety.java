package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Role;
import org.jspecify.annotations.Nullable;

/**
 * Each change of the members is of one voter at most, comes after the one before is committed, and after an entry of
 * its leader's own epoch is; and a leader that is no voter any more leads until that is committed. Told from the log
 * and the commit index.
 */
final class MembershipSafety implements Observer {
    private static final String INVARIANT = "OneChangeAtATime";

    /** What the leader had when it was asked. */
    private record Asked(@Nullable Entry configuration, long commitIndex, boolean ownEpochCommitted) {}

    private Asked asked = new Asked(null, 0, false);

    @Override
    public void stepping(SimulatedReplica replica, Input input) {
        if (!(input instanceof Input.ChangeMembers)) {
            return;
        }
        List<Entry> log = replica.memory();
        long commit = replica.core().status().commitIndex();
        boolean own = commit > 0
                && log.get((int) commit - 1).epoch() == replica.core().hardState().epoch();
        asked = new Asked(latestConfiguration(log), commit, own);
    }

    private static @Nullable Entry latestConfiguration(List<Entry> log) {
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i).kind() == EntryKind.CONFIGURATION) {
                return log.get(i);
            }
        }
        return null;
    }

    @Override
    public void stepped(Step step) {
        if (!(step.input() instanceof Input.ChangeMembers)) {
            return;
        }
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Persist write) {
                write.log().entries().stream()
                        .filter(entry -> entry.kind() == EntryKind.CONFIGURATION)
                        .forEach(entry -> judge(step, entry));
            }
        }
    }

    private void judge(Step step, Entry change) {
        Entry before = asked.configuration();
        if (before == null || before.index() > asked.commitIndex()) {
            throw violation(step, change, "the one at " + before + " is not committed");
        }
        if (!asked.ownEpochCommitted()) {
            throw violation(step, change, "has committed nothing of its epoch");
        }
        Configuration from = Configuration.decode(before.data());
        Configuration to = Configuration.decode(change.data());
        if (lacking(from, to) + lacking(to, from) > 1) {
            throw violation(step, change, "makes " + to + " of " + from);
        }
        boolean committed = step.replica().core().status().commitIndex() >= change.index();
        if (!(step.after() instanceof Role.Leader) && !committed) {
            throw violation(step, change, "leads no more, and it is not committed");
        }
    }

    /** How many voters of the one are none of the other. */
    private static long lacking(Configuration one, Configuration other) {
        return one.voters().stream().filter(voter -> !other.isVoter(voter.key())).count();
    }

    private static InvariantViolation violation(Step step, Entry change, String what) {
        return new InvariantViolation(
                INVARIANT, step.replica().key().nodeId() + " changes the members at " + change.index() + ": " + what);
    }
}
