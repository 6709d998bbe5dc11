package io.canvass.raft.runtime;

/**
 * A command that is committed and applied here.
 *
 * @param index its place in the log
 * @param epoch the epoch of that entry
 * @param result what the state machine answered
 */
public record Applied<R>(long index, long epoch, R result) {}
