package io.canvass.kv.cluster;

import java.util.Map;

import io.grpc.Channel;

/** What this service asks of the transport between peers. Thread-safe; nothing here blocks. */
public interface PeerAccess {
    /**
     * The connection to a peer; it may be down.
     *
     * @throws IllegalArgumentException if no peer of this name is known
     */
    Channel channelTo(String nodeId);

    /** Counters of what was refused at the peer port, by reason; they only grow. */
    Map<String, Long> refusals();
}
