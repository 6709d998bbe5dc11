package io.canvass.raft.core;

import java.util.List;
import java.util.Set;

/**
 * What a replica is (PREVOTE.md, Roles). A role's data exists only while the role does. Epoch and vote belong to all of them
 * and stand in {@link HardState}.
 */
public sealed interface Role {
    /**
     * Knows an epoch and perhaps who leads it, follows nobody.
     *
     * @param hint a leader of this epoch it knows of, or none
     */
    record Unattached(ReplicaKey hint, ElectionTimer timer) implements Role {}

    /** Canvasses the voters, without having raised its epoch. */
    record Prospective(ReplicaKey hint, Round round, ElectionTimer timer) implements Role {}

    /** Has raised its epoch, voted for itself, and asks for votes. */
    record Candidate(Round round, ElectionTimer timer) implements Role {}

    /** Won. The progress of its peers is the one mutable object of a role, because it is hot. */
    record Leader(Replication replication) implements Role {}

    /** @param heardFromLeader whether it had contact with this leader itself, not only word of it (KAFKA-17641) */
    record Follower(ReplicaKey leader, boolean heardFromLeader, ElectionTimer timer) implements Role {}

    /**
     * Led this epoch and leads no more.
     *
     * @param unacknowledged node ids of voters that have not confirmed the notice yet
     * @param resendAtNanos when they are told again
     * @param resendUntilNanos from when on they are not told again
     */
    record Resigned(
            List<ReplicaKey> successors,
            Set<String> unacknowledged,
            long resendAtNanos,
            long resendUntilNanos,
            ElectionTimer timer)
            implements Role {}

    default RoleName name() {
        return switch (this) {
            case Unattached u -> RoleName.UNATTACHED;
            case Prospective p -> RoleName.PROSPECTIVE;
            case Candidate c -> RoleName.CANDIDATE;
            case Leader l -> RoleName.LEADER;
            case Follower f -> RoleName.FOLLOWER;
            case Resigned r -> RoleName.RESIGNED;
        };
    }

    /** A leader of this epoch that it follows or remembers, or none. Says nothing of whether that one has resigned. */
    default ReplicaKey rememberedLeader() {
        return switch (this) {
            case Unattached u -> u.hint();
            case Prospective p -> p.hint();
            case Follower f -> f.leader();
            case Candidate c -> ReplicaKey.NONE;
            case Leader l -> ReplicaKey.NONE;
            case Resigned r -> ReplicaKey.NONE;
        };
    }

    /** Its timer; a leader has none. */
    default ElectionTimer electionTimer() {
        return switch (this) {
            case Unattached u -> u.timer();
            case Prospective p -> p.timer();
            case Candidate c -> c.timer();
            case Follower f -> f.timer();
            case Resigned r -> r.timer();
            case Leader l -> new ElectionTimer.Never();
        };
    }

    /** The same role with another timer. */
    default Role withTimer(ElectionTimer timer) {
        return switch (this) {
            case Unattached u -> new Unattached(u.hint(), timer);
            case Prospective p -> new Prospective(p.hint(), p.round(), timer);
            case Candidate c -> new Candidate(c.round(), timer);
            case Follower f -> new Follower(f.leader(), f.heardFromLeader(), timer);
            case Resigned r ->
                new Resigned(r.successors(), r.unacknowledged(), r.resendAtNanos(), r.resendUntilNanos(), timer);
            case Leader l -> l;
        };
    }
}
