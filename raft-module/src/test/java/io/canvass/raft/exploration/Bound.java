package io.canvass.raft.exploration;

import java.util.Locale;

/** What the explored world is bounded by. Switches are bounds of 0 or 1. */
enum Bound {
    EPOCHS(2, "a step into a higher epoch than this is judged, and not followed"),
    IN_FLIGHT(4, "messages under way or held back at once; a step that makes more is not followed"),
    TIMEOUTS(2, "election timers that run out and are handled"),
    HEARTBEATS(1, "times that a leader's clock reaches what is due: a heartbeat, or that it has lost its quorum"),
    PAUSES(0, "times that a clock goes on and what is due then is not handled yet"),
    RESTARTS(0, "crashes, each with a start from what is durable"),
    SLOW_WRITES(0, "times that a disk does not finish a write within the step that asked for it"),
    PROPOSALS(0, "commands given to a leader"),
    RESIGNATIONS(0, "times that a leader is told to resign"),
    DUPLICATES(0, "requests that arrive once more"),
    DEPTH(1000, "choices in a row"),
    STATES(100_000_000, "distinct states; then the search is cut off"),
    LED(0, "1: begins with n1 leading epoch 1, followed by all; 0: with all Unattached in epoch 0, T after the start"),
    LEASE_READS(0, "1: votes are judged as lease reads need it"),
    OLD_PEER(0, "1: n3 knows no Pre-Vote"),
    SYMMETRY(1, "1: states that differ only in the names of replicas are one state");

    final int usual;
    final String meaning;

    Bound(int usual, String meaning) {
        this.usual = usual;
        this.meaning = meaning;
    }

    /** Those that are used up by choices, and so are part of a state. */
    static final Bound[] SPENT = {
        TIMEOUTS, HEARTBEATS, PAUSES, RESTARTS, SLOW_WRITES, PROPOSALS, RESIGNATIONS, DUPLICATES
    };

    String option() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
