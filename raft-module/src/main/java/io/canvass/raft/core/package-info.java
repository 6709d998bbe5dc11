/**
 * The protocol as a pure function of what happened: {@link io.canvass.raft.core.RaftCore#step} takes an input and answers
 * with effects and the time at which it wants to be called next.
 *
 * <p>No thread, clock, disk, socket, source of randomness or log statement lives here. Time is a number in every input,
 * in nanoseconds of a monotonic clock that starts at or above zero; randomness is a generator that is handed in. An ArchUnit
 * test keeps it so. What the caller owes, in this order, stands at {@link io.canvass.raft.core.Outcome}.
 */
@NullMarked
package io.canvass.raft.core;

import org.jspecify.annotations.NullMarked;
