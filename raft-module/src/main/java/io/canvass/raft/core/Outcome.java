package io.canvass.raft.core;

import java.util.List;

/**
 * What a step asks of the shell. The shell owes, for each step:
 *
 * <ol>
 *   <li>do the effects in order; hand a {@link Effect.Persist} to the one log writer, in order;
 *   <li>hold a {@link Effect.Send} back until its token is durable, and drop it if that never comes;
 *   <li>step {@link Input.TimeReached} when {@code nextDeadlineNanos} has come, but only after everything already received;
 *   <li>if the step throws: send nothing, and stop the replica.
 * </ol>
 *
 * @param nextDeadlineNanos {@link #NEVER} if nothing is due without input
 */
public record Outcome(List<Effect> effects, long nextDeadlineNanos) {
    public static final long NEVER = Long.MAX_VALUE;
}
