package io.canvass.raft.runtime;

import io.canvass.raft.core.ReplicaKey;

/**
 * Who leads, as a replica last knew.
 *
 * @param leader {@link ReplicaKey#NONE} if nobody is known
 * @param here whether this replica itself leads
 */
public record Leadership(ReplicaKey leader, long epoch, boolean here) {}
