package io.canvass.raft.transport;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;

/** Tells a listener nothing any more once the transport closes. */
final class GatedListener implements Transport.Listener {
    private final Transport.Listener listener;
    private volatile boolean open = true;

    GatedListener(Transport.Listener listener) {
        this.listener = listener;
    }

    void shut() {
        open = false;
    }

    @Override
    public void received(Transport.Inbound inbound) {
        if (open) {
            listener.received(inbound);
        }
    }

    @Override
    public void peerLost(ReplicaKey peer, Lane lane) {
        if (open) {
            listener.peerLost(peer, lane);
        }
    }
}
