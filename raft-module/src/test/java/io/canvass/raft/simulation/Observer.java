package io.canvass.raft.simulation;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;

/** Judges a run from outside. Each method throws {@link InvariantViolation} if what it sees must not be. */
interface Observer {
    /** This replica was started, and has taken up its first role. */
    default void started(SimulatedReplica replica) {}

    /** A replica is about to step. */
    default void stepping(SimulatedReplica replica, Input input) {}

    /** A replica has stepped. */
    default void stepped(Step step) {}

    /** A message leaves a replica: from here on the world may know. */
    default void sent(SimulatedReplica from, Effect.Send send) {}

    /** The state of a replica was replaced by a snapshot's. */
    default void installed(SimulatedReplica replica) {}

    /** An index was handed to the state machine. */
    default void applied(SimulatedReplica replica, long index) {}
}
