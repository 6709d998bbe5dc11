package io.canvass.raft.core;

/**
 * What a replica must never forget, durable before anything that depends on it is said.
 *
 * @param epoch never decreases
 * @param vote whom it gave its standard vote in this epoch, or {@link ReplicaKey#NONE}
 * @param leader the leader it knew in this epoch, or {@link ReplicaKey#NONE}; a hint after a restart, unless it is the
 *     replica itself (PREVOTE.md, Transitions: start)
 */
public record HardState(long epoch, ReplicaKey vote, ReplicaKey leader) {
    public static final HardState INITIAL = new HardState(0, ReplicaKey.NONE, ReplicaKey.NONE);

    public HardState {
        if (epoch < 0) {
            throw new IllegalArgumentException("An epoch is never negative: " + epoch);
        }
    }
}
