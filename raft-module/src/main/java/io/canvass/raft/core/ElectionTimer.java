package io.canvass.raft.core;

/** When a replica loses patience. */
public sealed interface ElectionTimer {
    /** Runs out at this time. */
    record At(long deadlineNanos) implements ElectionTimer {}

    /** Is armed when this write is durable, so that a slow disk does not eat the time it is to measure (HAZARDS A23). */
    record WhenDurable(long tokenSequence) implements ElectionTimer {}

    /** An observer never campaigns. */
    record Never() implements ElectionTimer {}

    /** Whether it has run out by {@code nowNanos}, handled or not. */
    default boolean hasRunOut(long nowNanos) {
        return this instanceof At at && nowNanos >= at.deadlineNanos();
    }
}
