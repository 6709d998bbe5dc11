package io.canvass.kv.health;

import java.util.Optional;

import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.members.MemberState;
import io.canvass.kv.members.Removal;
import io.canvass.raft.runtime.RaftStatus;

/** What a status means: the questions that the probe table of OPERATIONS.md, section 3, asks of one. */
record Condition(RaftStatus status, NodeGate.State gate, MemberState membership, Limits limits) {
    /** A leader is known, and it was heard inside one election timeout; a leader: a quorum was. */
    boolean hasFreshLeader() {
        if (status.leader().isNone()) {
            return false;
        }
        boolean aloneInOffice = status.leads() && status.quorum().voters() == 1;
        return aloneInOffice || (contactKnown() && contactMillis() <= limits.electionTimeoutMillis());
    }

    /** No leader, but for no longer than an election may take. */
    boolean isElecting() {
        return !hasFreshLeader() && contactKnown() && contactMillis() < limits.graceMillis();
    }

    /** What is damaged, if so: it has halted, and no restart helps. */
    Optional<String> damage() {
        return status.damaged() ? status.halted() : Optional.empty();
    }

    /** Why only a restart can help, if so. */
    Optional<String> stuck() {
        if (status.halted().isPresent()) {
            return status.damaged() ? Optional.empty() : Optional.of("The replica has halted: " + status.halted().get());
        }
        if (status.loopAgeMillis() > limits.stuckMillis()) {
            return Optional.of("The consensus loop has not gone round for " + Ages.text(status.loopAgeMillis()));
        }
        if (status.stalledWriteMillis() > limits.stuckMillis()) {
            return Optional.of("A write has waited for the disk for " + Ages.text(status.stalledWriteMillis()));
        }
        return Optional.empty();
    }

    /** Why it runs but is not a full member at the moment, if so. */
    Optional<String> outOfService() {
        if (damage().isPresent()) {
            return damage().map(what -> "The node's data is damaged: " + what);
        }
        return switch (gate) {
            case STARTING -> Optional.of("The node starts");
            case DRAINING -> Optional.of("The node stops");
            case OPEN -> {
                Optional<String> noMember = removed().or(this::joins);
                if (noMember.isPresent()) {
                    yield noMember;
                }
                yield status.caughtUp() ? becomesVoter() : Optional.of(behind());
            }
        };
    }

    /** That it belongs to its cluster no more, if so. */
    Optional<String> removed() {
        if (membership instanceof MemberState.Removed(Removal removal)) {
            return Optional.of("The node was removed from its cluster, by the entry at index " + removal.index() + " in epoch "
                    + removal.epoch());
        }
        return status.removed() ? Optional.of("The node was removed from its cluster") : Optional.empty();
    }

    private Optional<String> joins() {
        return membership instanceof MemberState.Joining(String answer)
                ? Optional.of("The node joins its cluster" + (answer.isEmpty() ? "" : ": " + answer))
                : Optional.empty();
    }

    /** An observer that is to stay one serves as it is; the others are on their way to vote. */
    private Optional<String> becomesVoter() {
        if (status.voter()) {
            return Optional.empty();
        }
        return status.configuration().observers().stream()
                .filter(member -> member.key().matches(status.self()))
                .findFirst()
                .map(member -> switch (member.promotion()) {
                    case MANUAL -> Optional.<String>empty();
                    case AUTO -> Optional.of("The node is an observer, of which its leader makes a voter when it has caught up");
                })
                .orElse(Optional.of("The node is no member of the configuration that it knows"));
    }

    String behind() {
        return "The node has not yet applied what was committed when it started: " + status.log().appliedIndex() + " of at least "
                + status.log().commitIndex();
    }

    private boolean contactKnown() {
        return contactMillis() >= 0;
    }

    private long contactMillis() {
        return status.leaderContactAgeMillis();
    }
}
