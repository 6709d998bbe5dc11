package io.canvass.raft.transport;

import java.time.Duration;
import java.util.UUID;

import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;

/**
 * What a transport is built with. Everything is validated here; an {@link IllegalArgumentException} names the
 * setting, the value and the range.
 *
 * @param clusterId peers of another cluster are refused (HAZARDS H7)
 * @param self this replica, its directory id assigned
 * @param bindHost the local address to listen on, {@code 0.0.0.0} for all
 * @param bindPort 0 for one that the system picks
 * @param maxMessageBytes the largest frame that is sent or taken, in bytes; the same on all members
 * @param connectTimeout for one attempt to reach a peer: name resolution, TCP and the greeting together
 * @param keepAliveInterval after so long without a byte from a peer, it is pinged (HTTP/2)
 * @param keepAliveTimeout how long a ping, and on Linux any byte sent, may go unanswered before the connection is
 *     given up
 * @param protocolVersion the highest that this replica speaks; 0 is capped below Pre-Vote (PREVOTE.md, Versions)
 */
public record TransportConfig(
        UUID clusterId,
        ReplicaKey self,
        String bindHost,
        int bindPort,
        int maxMessageBytes,
        Duration connectTimeout,
        Duration keepAliveInterval,
        Duration keepAliveTimeout,
        int protocolVersion) {
    public static final int MIN_MESSAGE_BYTES = 64 << 10;
    public static final int MAX_MESSAGE_BYTES = 256 << 20;
    public static final int DEFAULT_MESSAGE_BYTES = 16 << 20;
    public static final Duration MIN_CONNECT_TIMEOUT = Duration.ofMillis(50);
    public static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(1);
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** gRPC's clients ping no more often than this. */
    public static final Duration MIN_KEEP_ALIVE_INTERVAL = Duration.ofSeconds(10);

    public static final Duration MAX_KEEP_ALIVE_INTERVAL = Duration.ofMinutes(10);
    public static final Duration MIN_KEEP_ALIVE_TIMEOUT = Duration.ofMillis(100);
    public static final Duration MAX_KEEP_ALIVE_TIMEOUT = Duration.ofMinutes(1);
    public static final Duration DEFAULT_KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(3);

    /** Characters of a node id. */
    public static final int MAX_NODE_ID_LENGTH = 255;

    /** The oldest protocol version that this code still speaks. */
    public static final int OLDEST_PROTOCOL_VERSION = 0;

    private static final int MAX_PORT = 65_535;

    public TransportConfig {
        if (self.isNone() || self.directoryId().equals(ReplicaKey.UNASSIGNED)) {
            throw new IllegalArgumentException("A replica needs a node id and a directory id, not " + self);
        }
        if (self.nodeId().length() > MAX_NODE_ID_LENGTH) {
            throw new IllegalArgumentException("A node id has at most " + MAX_NODE_ID_LENGTH + " characters, not "
                    + self.nodeId().length());
        }
        if (bindHost.isBlank()) {
            throw new IllegalArgumentException("bindHost is blank; 0.0.0.0 listens on all addresses");
        }
        requireWithin("bindPort", bindPort, 0, MAX_PORT);
        requireWithin("maxMessageBytes", maxMessageBytes, MIN_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
        requireWithin("connectTimeout", connectTimeout, MIN_CONNECT_TIMEOUT, MAX_CONNECT_TIMEOUT);
        requireWithin("keepAliveInterval", keepAliveInterval, MIN_KEEP_ALIVE_INTERVAL, MAX_KEEP_ALIVE_INTERVAL);
        requireWithin("keepAliveTimeout", keepAliveTimeout, MIN_KEEP_ALIVE_TIMEOUT, MAX_KEEP_ALIVE_TIMEOUT);
        requireWithin(
                "protocolVersion", protocolVersion, OLDEST_PROTOCOL_VERSION, RaftConfig.NEWEST_VERSION);
    }

    /** With the default bounds and the newest protocol. */
    public static TransportConfig of(UUID clusterId, ReplicaKey self, String bindHost, int bindPort) {
        return new TransportConfig(
                clusterId,
                self,
                bindHost,
                bindPort,
                DEFAULT_MESSAGE_BYTES,
                DEFAULT_CONNECT_TIMEOUT,
                MIN_KEEP_ALIVE_INTERVAL,
                DEFAULT_KEEP_ALIVE_TIMEOUT,
                RaftConfig.NEWEST_VERSION);
    }

    Listening listening() {
        return new Listening(
                bindHost, bindPort, maxMessageBytes, connectTimeout, keepAliveInterval, keepAliveTimeout);
    }

    private static <T extends Comparable<T>> void requireWithin(String name, T value, T min, T max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be from " + min + " to " + max);
        }
    }
}
