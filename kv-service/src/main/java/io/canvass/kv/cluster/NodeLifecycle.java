package io.canvass.kv.cluster;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Takes requests from before the web server starts until after it has drained. What a node is made of (stores, transport, replica)
 * are beans: opened before any lifecycle starts, each after what it is built on, and closed in the reverse order after all
 * lifecycles have stopped.
 */
final class NodeLifecycle implements SmartLifecycle {
    /** Below the web server's two phases: it starts later and stops earlier. */
    static final int PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;

    private final NodeGate gate;
    private volatile boolean running;

    NodeLifecycle(NodeGate gate) {
        this.gate = gate;
    }

    @Override
    public void start() {
        gate.open();
        running = true;
    }

    @Override
    public void stop() {
        gate.drain();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
