package io.canvass.raft.transport;

import java.time.Duration;

/**
 * Where and how the peer port listens; see {@link TransportConfig}.
 *
 * @param port 0 for one that the system picks
 */
record Listening(
        String host,
        int port,
        int maxMessageBytes,
        Duration connectTimeout,
        Duration keepAliveInterval,
        Duration keepAliveTimeout) {}
