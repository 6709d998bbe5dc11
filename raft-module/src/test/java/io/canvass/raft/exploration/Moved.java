package io.canvass.raft.exploration;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a choice made of one replica.
 *
 * @param said messages that it made, in their order; those held back name the write that they wait for
 * @param lost it crashed: what it held back, and what was on the way back to it, is gone
 * @param elected the epoch that it began to lead, or -1
 * @param writesLeft whether its disk has something left to do
 * @param broken what may not be in this, or null; then nothing else counts
 */
record Moved(
        Replica replica,
        List<Flight> said,
        boolean lost,
        long elected,
        boolean writesLeft,
        @Nullable Broken broken) {}
