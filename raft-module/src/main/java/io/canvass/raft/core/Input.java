package io.canvass.raft.core;

import java.util.List;

/** What happened. Each carries the time at which the shell takes it up, read after it was taken from its queue (HAZARDS B14). */
public sealed interface Input {
    /** Nanoseconds of a monotonic clock, at or above zero; never less than in the step before. */
    long nowNanos();

    /** The deadline of the last outcome may have come. Stepped only after all messages already received (HAZARDS A36). */
    record TimeReached(long nowNanos) implements Input {}

    /**
     * A message arrived on a stream whose other end proved to be {@code from}. A response comes only in the same life of this process
     * as its request, on the stream that the request went out on, and once: numbers of requests begin anew at each start.
     *
     * @param lane the stream's; a response goes back on it
     * @param correlation for a response, that of the request it answers; for a request, what its response must bear
     */
    record Received(long nowNanos, ReplicaKey from, Lane lane, long correlation, Message message) implements Input {}

    /** Commands that wait for the log, in their order. */
    record Propose(long nowNanos, long timestampMillis, List<Proposal> proposals) implements Input {}

    /** @param requestId the shell's own number, never used twice */
    record Proposal(long requestId, Bytes command) {}

    /**
     * Reads that ask from which index on they are linearizable.
     *
     * @param byLease whether a leader's lease is enough (PREVOTE.md, Answering a vote request), where it has one; if not, they
     *     are confirmed by a round as all others. The time must have been taken after the last of them came (HAZARDS B14)
     */
    record Read(long nowNanos, List<Long> requestIds, boolean byLease) implements Input {
        public Read(long nowNanos, List<Long> requestIds) {
            this(nowNanos, requestIds, false);
        }
    }

    /**
     * Change the members. Answered like a proposal, or with {@link Effect.Result.ChangeRefused}.
     *
     * @param force even if no majority of those that would vote is heard from
     * @param readableFormat the highest {@link Configuration#format} that all members are known to read
     * @param dryRun only judge it, as if it were meant: answered with {@link Effect.Result.ChangeAllowed} where it would be done
     */
    record ChangeMembers(
            long nowNanos, long requestId, MemberChange change, boolean force, int readableFormat, boolean dryRun)
            implements Input {
        /** One that is meant, where all members are of this version. */
        public ChangeMembers(long nowNanos, long requestId, MemberChange change, boolean force) {
            this(nowNanos, requestId, change, force, Configuration.NEWEST_FORMAT, false);
        }
    }

    /**
     * Hand leadership over.
     *
     * @param target a voter, or {@link ReplicaKey#NONE} for the best of those that answer
     */
    record TransferTo(long nowNanos, long requestId, ReplicaKey target, long timeoutNanos) implements Input {}

    /** Leave leadership, for the reason given. Nothing happens on a replica that does not lead. */
    record Resign(long nowNanos, ResignReason reason) implements Input {}

    /** Everything up to this token is durable. */
    record Persisted(long nowNanos, Token token) implements Input {}

    /** Entries asked for by {@link Effect.ReadLog}, as many as fitted, in order from its first index. */
    record LogRead(long nowNanos, ReplicaKey peer, long session, List<Entry> entries) implements Input {}

    /** The stream to this peer broke: what was under way on it may be lost. */
    record PeerLost(long nowNanos, ReplicaKey peer, Lane lane) implements Input {}

    /**
     * The state machine holds everything up to {@code upTo}, durably: the log may begin later.
     *
     * @param must up to here it has to, even if that costs a peer its place; at most {@code upTo}
     */
    record Compact(long nowNanos, long upTo, long must) implements Input {}

    /** What {@link Effect.InstallSnapshot} asked for is done, durably. */
    record SnapshotInstalled(long nowNanos, LogBase base) implements Input {}

    /** The first failed write or sync: the replica is done (HAZARDS E9). */
    record StorageFailed(long nowNanos, String reason) implements Input {}
}
