package io.canvass.kv.cluster;

/** Gates in each of their states. */
public final class Gates {
    private Gates() {}

    public static NodeGate starting() {
        return new NodeGate();
    }

    public static NodeGate open() {
        NodeGate gate = new NodeGate();
        gate.open();
        return gate;
    }

    public static NodeGate draining() {
        NodeGate gate = open();
        gate.drain();
        return gate;
    }
}
