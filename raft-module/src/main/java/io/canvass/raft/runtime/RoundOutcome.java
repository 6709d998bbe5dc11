package io.canvass.raft.runtime;

import io.canvass.raft.core.RoundSummary;

/** A kind of round and a way it can end: what rounds are counted by. */
public record RoundOutcome(RoundSummary.Phase phase, RoundSummary.Ending ending) {}
