package io.canvass.kv.members;

import java.util.Map;

/** How a node stands to its cluster. */
public sealed interface MemberState {
    /**
     * It waits for the other nodes on its list and has not begun.
     *
     * @param waitsFor node id to why, for people
     */
    record Forming(Map<String, String> waitsFor) implements MemberState {
        public Forming {
            waitsFor = Map.copyOf(waitsFor);
        }
    }

    /**
     * It knows its cluster and is no member yet.
     *
     * @param answer what it was last told when it asked to be added, or why it does not ask; for people
     */
    record Joining(String answer) implements MemberState {}

    /** A voter or an observer of its own latest configuration. */
    record Member() implements MemberState {}

    /** For good: it refuses requests, and refuses to start again on its data. */
    record Removed(Removal removal) implements MemberState {}
}
