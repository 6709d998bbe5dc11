package io.canvass.raft.simulation;

/** A promise of the protocol was broken in a run. The message names the invariant first. */
public final class InvariantViolation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String invariant;

    public InvariantViolation(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    public InvariantViolation(String invariant, String what, Throwable cause) {
        super(invariant + ": " + what, cause);
        this.invariant = invariant;
    }

    String invariant() {
        return invariant;
    }
}
