package io.canvass.raft.core;

/**
 * The name of one round of votes. Never used twice, not across a restart either: {@code boot} is a counter that rises
 * durably each time the store is opened (PREVOTE.md, Roles; HAZARDS A2).
 *
 * @param boot the start of the process; 0 only in {@link #NONE}
 * @param sequence the round within it, from 1
 */
public record RoundId(long boot, long sequence) {
    /** The round of an answer that carries none: an old peer's UNSUPPORTED_VERSION. */
    public static final RoundId NONE = new RoundId(0, 0);

    @Override
    public String toString() {
        return boot + "." + sequence;
    }
}
