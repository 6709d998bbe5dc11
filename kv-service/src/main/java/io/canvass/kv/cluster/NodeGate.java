package io.canvass.kv.cluster;

/** Whether this node takes requests. Thread-safe. */
public final class NodeGate {
    private volatile State state = State.STARTING;
    private volatile boolean removed;

    /** In this order, and never back. */
    public enum State {
        STARTING,
        OPEN,
        DRAINING
    }

    public State state() {
        return state;
    }

    /** Whether this node belongs to its cluster no more: then it takes no requests, whatever the state. */
    public boolean isRemoved() {
        return removed;
    }

    /** For good. */
    public void remove() {
        removed = true;
    }

    void open() {
        state = State.OPEN;
    }

    void drain() {
        state = State.DRAINING;
    }
}
