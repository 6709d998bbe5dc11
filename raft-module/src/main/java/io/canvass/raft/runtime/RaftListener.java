package io.canvass.raft.runtime;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;

/** Is told what happens, for logs and metrics. Called on the node's own threads: must return at once and must not throw. */
public interface RaftListener {
    /** A listener that does nothing. */
    RaftListener NONE = new RaftListener() {};

    /** @param leader who can be sent requests, or {@link ReplicaKey#NONE} */
    default void roleChanged(RoleName role, long epoch, ReplicaKey leader) {}

    default void roundEnded(RoundSummary round) {}

    /**
     * One synced batch of the log is durable.
     *
     * @param writes how many of the core's writes it held
     */
    default void synced(long nanos, int writes) {}

    /** The replica stopped for good. */
    default void halted(String reason) {}
}
