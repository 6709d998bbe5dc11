package io.canvass.kv.config;

import java.time.Duration;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/** Rules between two settings: what no bound on one of them can say. */
final class Relations {
    /** Room in a message between peers for what is around a value or a run of entries: the key, headers, framing. */
    private static final DataSize ENVELOPE = DataSize.ofMegabytes(1);

    private Relations() {}

    /** The bound that {@code RaftConfig} asserts; here with the names under which an operator knows the two. */
    static void requireHeartbeatFits(Duration heartbeatInterval, Duration electionTimeout) {
        Duration half = electionTimeout.dividedBy(2);
        if (heartbeatInterval.compareTo(half) > 0) {
            throw new InvalidSettingException(
                    "kv.raft.heartbeat-interval",
                    text(heartbeatInterval),
                    "that is more than half of kv.raft.election-timeout (" + text(electionTimeout)
                            + "), and one late heartbeat would cost the leader its office",
                    "set it to " + text(half) + " or less, or raise the election timeout");
        }
    }

    /** A lease lasts for what the drift leaves of an election timeout. */
    static void requireLeaseFits(KvProperties.ReadLease lease, Duration electionTimeout) {
        if (lease.enabled() && lease.maxClockDrift().compareTo(electionTimeout) >= 0) {
            throw new InvalidSettingException(
                    "kv.read.lease.max-clock-drift",
                    text(lease.maxClockDrift()),
                    "that is not below kv.raft.election-timeout (" + text(electionTimeout)
                            + "), so that no lease would ever be held",
                    "lower it, or raise the election timeout, or set kv.read.lease.enabled to false");
        }
    }

    static void requireAtMost(String property, DataSize value, String boundProperty, DataSize bound) {
        if (value.compareTo(bound) > 0) {
            throw new InvalidSettingException(
                    property,
                    text(value),
                    "that is more than " + boundProperty + " (" + text(bound) + "), so that the largest value could never be written",
                    "lower it, or raise " + boundProperty);
        }
    }

    static void requireAtLeast(String property, DataSize value, String boundProperty, DataSize bound) {
        if (value.compareTo(bound) < 0) {
            throw tooSmall(property, text(value), boundProperty, text(bound));
        }
    }

    static void requireAtLeast(String property, long value, String boundProperty, long bound) {
        if (value < bound) {
            throw tooSmall(property, Long.toString(value), boundProperty, Long.toString(bound));
        }
    }

    private static InvalidSettingException tooSmall(String property, String value, String boundProperty, String bound) {
        return new InvalidSettingException(
                property,
                value,
                "that is less than " + boundProperty + " (" + bound + "), which it may only add to",
                "raise it, or lower " + boundProperty);
    }

    /** What does not fit would be in the leader's log, and never reach a peer. */
    static void requireFitsMessage(String property, DataSize value, DataSize message) {
        if (value.toBytes() > message.toBytes() - ENVELOPE.toBytes()) {
            throw new InvalidSettingException(
                    property,
                    text(value),
                    "that with " + text(ENVELOPE) + " around it does not fit into kv.peer.max-message-size (" + text(message) + ")",
                    "lower it, or raise kv.peer.max-message-size on all nodes");
        }
    }

    static String text(DataSize size) {
        long bytes = size.toBytes();
        if (bytes > 0 && bytes % (1 << 20) == 0) {
            return size.toMegabytes() + "MB";
        }
        return bytes > 0 && bytes % (1 << 10) == 0 ? size.toKilobytes() + "KB" : bytes + "B";
    }

    static String text(Duration duration) {
        return DurationStyle.SIMPLE.print(duration);
    }
}
