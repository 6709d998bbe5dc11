package io.canvass.raft.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A leader leaves its office, and tells the voters until they have confirmed it (PREVOTE.md, Transitions: resign). */
final class Resignation {
    private final ReplicaState state;

    Resignation(ReplicaState state) {
        this.state = state;
    }

    /** From here on nothing is sent that would keep a follower waiting for this leader. */
    void resign(Replication replication) {
        List<ReplicaKey> successors = replication.successors().inOrder();
        Set<String> voters = new HashSet<>();
        for (ReplicaKey successor : successors) {
            voters.add(successor.nodeId());
        }
        Role.Resigned resigned = new Role.Resigned(
                successors,
                Set.copyOf(voters),
                state.now() + state.config.heartbeatNanos(),
                // Then no timer runs any more that was armed by this leader's contact.
                state.now() + 2 * state.config.electionTimeoutNanos(),
                state.freshTimer());
        state.become(resigned, RoundSummary.Ending.LOST);
        tell(resigned);
    }

    /** Its own timer ends that, or, where it is no voter any more and has none, the time in which it can be of use. */
    void remind(Role.Resigned resigned) {
        if (resigned.unacknowledged().isEmpty() || state.now() < resigned.resendAtNanos()) {
            return;
        }
        long next = state.now() + state.config.heartbeatNanos();
        Set<String> left = next < resigned.resendUntilNanos() ? resigned.unacknowledged() : Set.of();
        state.update(new Role.Resigned(
                resigned.successors(), left, next, resigned.resendUntilNanos(), resigned.timer()));
        tell(resigned);
    }

    private void tell(Role.Resigned resigned) {
        for (ReplicaKey voter : resigned.successors()) {
            if (resigned.unacknowledged().contains(voter.nodeId())) {
                Message notice = new Message.ResigningRequest(
                        state.config.clusterId(), voter, state.epoch(), resigned.successors());
                state.sendNow(voter, Lane.CONTROL, notice);
            }
        }
    }

    void onResponse(ReplicaKey from, Message.ResigningResponse response) {
        if (state.role() instanceof Role.Resigned resigned && response.epoch() == state.epoch()) {
            Set<String> left = new HashSet<>(resigned.unacknowledged());
            left.remove(from.nodeId());
            state.update(new Role.Resigned(
                    resigned.successors(),
                    Set.copyOf(left),
                    resigned.resendAtNanos(),
                    resigned.resendUntilNanos(),
                    resigned.timer()));
        }
    }
}
