package io.canvass.raft.core;

/**
 * Names one write to the Raft store. Tokens rise strictly; when one is durable, so are all before it.
 *
 * @param sequence from 1; 0 is "nothing needs to be durable"
 * @param generation how often this replica has truncated its log, this write included (HAZARDS E6): a completion of an
 *     older generation never vouches for an entry that replaced its own
 */
public record Token(long sequence, long generation) {
    /** Durable from the start. */
    public static final Token NOTHING = new Token(0, 0);
}
