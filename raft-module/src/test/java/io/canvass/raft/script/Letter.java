package io.canvass.raft.script;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.simulation.Words;

/**
 * A message that is under way until a script says what becomes of it.
 *
 * @param number in the order of sending, from 1
 * @param life of the sender's process; a response reaches only the life that asked
 */
record Letter(long number, String from, long life, String to, Lane lane, long correlation, Message message) {
    String words() {
        return Words.of(message);
    }

    /** Whether it goes this way and its words begin so. */
    boolean is(String sender, String receiver, String beginning) {
        return from.equals(sender) && to.equals(receiver) && words().startsWith(beginning);
    }

    @Override
    public String toString() {
        return "m" + number + " " + from + " -> " + to + " " + words();
    }
}
