package io.canvass.raft.runtime;

import java.time.Duration;
import java.util.Map;

import io.canvass.raft.core.RaftConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a node is started with.
 *
 * @param raft the protocol's settings
 * @param diskStallLimit how long a write may take before a leader resigns (HAZARDS B9); above zero
 * @param maxPendingProposals commands that wait for their outcome before more are refused as overloaded; above zero
 * @param log when the log begins later; null: never, and it cannot take a snapshot either
 * @param addresses node id to {@code host:port}, where a member is reached at another address than the log says
 */
public record RaftNodeConfig(
        RaftConfig raft,
        Duration diskStallLimit,
        int maxPendingProposals,
        Map<String, String> addresses,
        @Nullable LogPolicy log) {
    /** Commands that wait for their outcome in production: far more than clients that wait for answers have under way. */
    public static final int MAX_PENDING_PROPOSALS = 20_000;

    public RaftNodeConfig {
        addresses = Map.copyOf(addresses);
        if (diskStallLimit.isNegative() || diskStallLimit.isZero() || maxPendingProposals <= 0) {
            throw new IllegalArgumentException("The disk stall limit and the bound of pending proposals must be above zero");
        }
    }

    /** Production bounds: two election timeouts for the disk, {@link #MAX_PENDING_PROPOSALS}, addresses as the log has them. */
    public static RaftNodeConfig of(RaftConfig raft) {
        return new RaftNodeConfig(raft, Duration.ofNanos(2 * raft.electionTimeoutNanos()), MAX_PENDING_PROPOSALS, Map.of(), null);
    }

    public RaftNodeConfig with(LogPolicy policy) {
        return new RaftNodeConfig(raft, diskStallLimit, maxPendingProposals, addresses, policy);
    }
}
