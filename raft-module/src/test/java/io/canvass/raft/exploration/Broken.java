package io.canvass.raft.exploration;

/** A promise of the protocol is broken by a step. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String invariant;

    Broken(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    String invariant() {
        return invariant;
    }
}
