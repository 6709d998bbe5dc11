package io.canvass.kv.cluster;

/** Whether this node takes requests. Thread-safe. */
public final class NodeGate {
    private volatile State state = State.STARTING;

    /** In this order, and never back. */
    public enum State {
        STARTING,
        OPEN,
        DRAINING
    }

    public State state() {
        return state;
    }

    void open() {
        state = State.OPEN;
    }

    void drain() {
        state = State.DRAINING;
    }
}
