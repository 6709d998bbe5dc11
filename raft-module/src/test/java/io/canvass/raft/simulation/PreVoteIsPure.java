package io.canvass.raft.simulation;

import io.canvass.raft.core.CoreStatus;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import org.jspecify.annotations.Nullable;

/** A pre-vote request is a pure query: role, round, timer, epoch, vote, log and disk are the same after it (PREVOTE.md, 5). */
final class PreVoteIsPure implements Observer {
    private @Nullable CoreStatus before;

    @Override
    public void stepping(SimulatedReplica replica, Input input) {
        before = isPreVote(input) ? told(replica) : null;
    }

    /** A leader that needs nobody's answer is in contact with itself, always now. */
    private static CoreStatus told(SimulatedReplica replica) {
        CoreStatus is = replica.core().status();
        if (is.role() != RoleName.LEADER || is.configuration().voters().size() > 1) {
            return is;
        }
        return new CoreStatus(
                is.role(),
                is.hardState(),
                is.voter(),
                is.leader(),
                0,
                is.preVoteRounds(),
                is.end(),
                is.durableIndex(),
                is.commitIndex(),
                is.catchUpTarget(),
                is.configuration(),
                is.configurationIndex(),
                is.removed(),
                is.peers(),
                is.logBase());
    }

    private static boolean isPreVote(Input input) {
        return input instanceof Input.Received received
                && received.message() instanceof Message.VoteRequest request
                && request.preVote();
    }

    @Override
    public void stepped(Step step) {
        // A leader that slept notices in every step, whatever it brings, that it leads no more.
        boolean leftOffice = step.before() instanceof Role.Leader && step.after() instanceof Role.Resigned;
        if (before == null || leftOffice) {
            return;
        }
        CoreStatus after = told(step.replica());
        if (!step.before().equals(step.after()) || !before.equals(after)) {
            throw new InvariantViolation("PreVoteIsPure", "a pre-vote made " + after + " of " + before);
        }
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Persist) {
                throw new InvariantViolation("PreVoteIsPure", "a pre-vote wrote " + effect);
            }
        }
    }
}
