package io.canvass.raft.core;

import java.util.UUID;

/**
 * What a core is built with. All times in nanoseconds.
 *
 * @param electionTimeoutNanos T of PREVOTE.md; timers are drawn from (T, 2T]
 * @param heartbeatNanos how often a leader that has nothing to send says so; less than T / 2
 * @param commitDelayNanos how long a leader with nothing else to send waits before it tells a peer of a new commit; 0: at
 *     once. Under way, the next append tells it for nothing
 * @param maxAppendBytes entries of one append, in bytes; one entry may be larger
 * @param maxInflightAppends appends with entries under way to one peer
 * @param maxInflightBytes the same in bytes
 * @param maxUncommittedBytes what a leader holds in its log uncommitted before it answers {@link Effect.Result.Overloaded}
 * @param maxPendingReads reads that wait for a confirmation before the same answer
 * @param maxTailBytes newest entries kept in memory for peers and for apply
 * @param protocolVersion 0: capped below Pre-Vote (PREVOTE.md, Versions); 1: Pre-Vote; 2: members say more of themselves
 * @param leaseReads whether votes are judged as lease reads need it (PREVOTE.md, Answering a vote request)
 * @param leaseNanos how long after a majority's last answered request was sent a leader answers reads on its own, by
 *     its clock; below T, and only where votes are judged so. 0: it never does. Only answers that promise T count in full
 */
public record RaftConfig(
        UUID clusterId,
        ReplicaKey self,
        long electionTimeoutNanos,
        long heartbeatNanos,
        long commitDelayNanos,
        int maxAppendBytes,
        int maxInflightAppends,
        int maxInflightBytes,
        int maxUncommittedBytes,
        int maxPendingReads,
        int maxTailBytes,
        int protocolVersion,
        boolean leaseReads,
        long leaseNanos) {
    /** The protocol version that brought Pre-Vote. */
    public static final int PRE_VOTE_VERSION = 1;

    /** The protocol version whose speakers read the newest format of a configuration ({@link Configuration#NEWEST_FORMAT}). */
    public static final int MEMBERS_VERSION = 2;

    /** The protocol version whose speakers apply transactions, leases, locks, counters, compaction and idempotency keys. */
    public static final int TRANSACTIONS_VERSION = 3;

    /** The protocol version whose speakers apply roles, principals, and commands on behalf of one. */
    public static final int SECURITY_VERSION = 4;

    public static final int NEWEST_VERSION = SECURITY_VERSION;

    /** One that answers no read by lease. */
    public RaftConfig(
            UUID clusterId,
            ReplicaKey self,
            long electionTimeoutNanos,
            long heartbeatNanos,
            long commitDelayNanos,
            int maxAppendBytes,
            int maxInflightAppends,
            int maxInflightBytes,
            int maxUncommittedBytes,
            int maxPendingReads,
            int maxTailBytes,
            int protocolVersion,
            boolean leaseReads) {
        this(
                clusterId,
                self,
                electionTimeoutNanos,
                heartbeatNanos,
                commitDelayNanos,
                maxAppendBytes,
                maxInflightAppends,
                maxInflightBytes,
                maxUncommittedBytes,
                maxPendingReads,
                maxTailBytes,
                protocolVersion,
                leaseReads,
                0);
    }

    public RaftConfig {
        if (self.isNone() || self.directoryId().equals(ReplicaKey.UNASSIGNED)) {
            throw new IllegalArgumentException("A replica needs a node id and a directory id, not " + self);
        }
        if (electionTimeoutNanos <= 0 || heartbeatNanos <= 0 || heartbeatNanos > electionTimeoutNanos / 2) {
            throw new IllegalArgumentException("The heartbeat (" + heartbeatNanos + " ns) must be above zero and at most"
                    + " half the election timeout (" + electionTimeoutNanos + " ns)");
        }
        if (commitDelayNanos < 0) {
            throw new IllegalArgumentException("The delay of a commit is below zero: " + commitDelayNanos + " ns");
        }
        if (maxAppendBytes <= 0
                || maxInflightAppends <= 0
                || maxInflightBytes <= 0
                || maxUncommittedBytes <= 0
                || maxPendingReads <= 0
                || maxTailBytes <= 0) {
            throw new IllegalArgumentException("Every bound must be above zero");
        }
        if (protocolVersion < 0 || protocolVersion > NEWEST_VERSION) {
            throw new IllegalArgumentException("No such protocol version: " + protocolVersion);
        }
        if (leaseNanos < 0 || leaseNanos >= electionTimeoutNanos || (leaseNanos > 0 && !leaseReads)) {
            throw new IllegalArgumentException("A lease of " + leaseNanos + " ns must be from 0 to below the election timeout ("
                    + electionTimeoutNanos + " ns), and above 0 only where votes are judged for lease reads");
        }
    }

    /** The bounds of a production replica; see {@code docs/architecture.md}, Bounds. */
    public static RaftConfig of(UUID clusterId, ReplicaKey self, long electionTimeoutNanos) {
        return new RaftConfig(
                clusterId,
                self,
                electionTimeoutNanos,
                electionTimeoutNanos / 10,
                electionTimeoutNanos / 500,
                1 << 20,
                64,
                16 << 20,
                64 << 20,
                10_000,
                8 << 20,
                NEWEST_VERSION,
                false);
    }

    /** The same with lease reads: votes are judged so, and a leader answers by a lease that lasts so long. */
    public RaftConfig withLease(long nanos) {
        return new RaftConfig(
                clusterId,
                self,
                electionTimeoutNanos,
                heartbeatNanos,
                commitDelayNanos,
                maxAppendBytes,
                maxInflightAppends,
                maxInflightBytes,
                maxUncommittedBytes,
                maxPendingReads,
                maxTailBytes,
                protocolVersion,
                true,
                nanos);
    }

    /** What each answer to leader contact promises; 0 where votes are not judged for lease reads. */
    long promiseNanos() {
        return leaseReads ? electionTimeoutNanos : 0;
    }

    boolean capped() {
        return protocolVersion < PRE_VOTE_VERSION;
    }
}
