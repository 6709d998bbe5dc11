package io.canvass.raft.simulation;

import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.Role;

/**
 * One step of one replica, as an observer sees it: after the core made it, before its effects were done.
 *
 * @param nowNanos virtual time
 * @param input what really happened, whatever a planted fault made of it
 */
record Step(
        SimulatedReplica replica,
        long nowNanos,
        Input input,
        Role before,
        HardState stateBefore,
        Role after,
        HardState stateAfter,
        Outcome outcome) {}
