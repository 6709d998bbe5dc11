package io.canvass.raft.core;

import java.util.List;
import java.util.UUID;

/**
 * What replicas say to each other. Every request names the cluster and the replica it is meant for; every response carries
 * the responder's epoch and the leader it knows in that epoch.
 */
public sealed interface Message {
    /** The sender's epoch. */
    long epoch();

    sealed interface Request extends Message {
        UUID clusterId();

        /** Whom it is meant for; the directory id may be unassigned where the sender does not know it. */
        ReplicaKey to();
    }

    sealed interface Response extends Message {
        /** The leader of {@link #epoch()} that the responder knows, or {@link ReplicaKey#NONE}. */
        ReplicaKey leader();
    }

    /**
     * Asks for a vote, or with {@code preVote} whether one would be given.
     *
     * @param lastLog the end of what is durable in the requester's log
     * @param transfer whether the leader ordered this election
     */
    record VoteRequest(
            UUID clusterId, ReplicaKey to, long epoch, LogPosition lastLog, boolean preVote, RoundId round, boolean transfer)
            implements Request {}

    record VoteResponse(
            long epoch,
            ReplicaKey leader,
            boolean granted,
            boolean preVote,
            RoundId round,
            VoteError error,
            VoteRefusal refusal)
            implements Response {}

    /**
     * Entries from a leader; without entries, a heartbeat or a probe.
     *
     * @param session the leader's session with this peer; an answer of another session moves nothing
     * @param prev the entry right before {@code entries}
     * @param readSequence reads registered up to this number are confirmed by the answer (HAZARDS C2)
     * @param commitIndex of what the receiver holds after this, what is committed
     * @param sentAtNanos by the leader's clock; echoed, never interpreted by the receiver
     * @param leaderCommitIndex all that the leader knows to be committed: how far the receiver is behind, and no more
     */
    record AppendRequest(
            UUID clusterId,
            ReplicaKey to,
            long epoch,
            long session,
            LogPosition prev,
            List<Entry> entries,
            long commitIndex,
            long readSequence,
            long sentAtNanos,
            long leaderCommitIndex)
            implements Request {
        public AppendRequest {
            entries = List.copyOf(entries);
        }

        /** From a leader that has committed no more. */
        public AppendRequest(
                UUID clusterId,
                ReplicaKey to,
                long epoch,
                long session,
                LogPosition prev,
                List<Entry> entries,
                long commitIndex,
                long readSequence,
                long sentAtNanos) {
            this(clusterId, to, epoch, session, prev, entries, commitIndex, readSequence, sentAtNanos, commitIndex);
        }
    }

    /**
     * @param promiseNanos for how long from the arrival of what it took as leader contact the responder gives nobody else a vote
     *     (PREVOTE.md, Answering a vote request), by its clock; 0: it promises nothing, and supports no lease
     */
    record AppendResponse(
            long epoch,
            ReplicaKey leader,
            long session,
            long readSequence,
            long sentAtNanos,
            AppendResult result,
            long promiseNanos)
            implements Response {
        /** One that promises nothing. */
        public AppendResponse(
                long epoch, ReplicaKey leader, long session, long readSequence, long sentAtNanos, AppendResult result) {
            this(epoch, leader, session, readSequence, sentAtNanos, result, 0);
        }
    }

    sealed interface AppendResult {
        /** The logs agree up to {@code index} = the request's prev index + its number of entries, durable there. */
        record Matched(long index) implements AppendResult {}

        /** The log does not hold the request's {@code prev}; {@code hint} is the last place where the logs may agree. */
        record Mismatched(LogPosition hint) implements AppendResult {}

        /** The request's epoch is behind. */
        record Fenced() implements AppendResult {}

        /** The request is one that only a broken or foreign peer sends; nothing was touched. */
        record Refused() implements AppendResult {}
    }

    /**
     * One part of a snapshot. Leader contact, as any append.
     *
     * @param data the shell's own; the core does not look at it
     * @param session the leader's session with this peer
     * @param base what the snapshot stands for
     * @param last whether with this part all of it is there, and its checksums agree
     * @param sentAtNanos by the leader's clock; echoed, never interpreted by the receiver
     */
    record SnapshotRequest(
            UUID clusterId, ReplicaKey to, long epoch, long session, LogBase base, Bytes data, boolean last, long sentAtNanos)
            implements Request {}

    /** @param received how much of it the shell holds, in bytes: its own, as the data; the core does not look at it */
    record SnapshotResponse(
            long epoch, ReplicaKey leader, long session, long sentAtNanos, SnapshotResult result, long received)
            implements Response {
        /** One that does not say how much there is: the core's. */
        public SnapshotResponse(
                long epoch, ReplicaKey leader, long session, long sentAtNanos, SnapshotResult result) {
            this(epoch, leader, session, sentAtNanos, result, 0);
        }

        public SnapshotResponse withReceived(long bytes) {
            return new SnapshotResponse(epoch, leader, session, sentAtNanos, result, bytes);
        }
    }

    /** What became of a part of a snapshot. */
    enum SnapshotResult {
        /** Go on. */
        TAKEN,
        /** The log begins after the base now, or held it already: appends may follow. */
        INSTALLED,
        /** Another one is being installed: begin anew. */
        BUSY,
        /** The request's epoch is behind. */
        FENCED,
        /** The request is one that only a broken or foreign peer sends; nothing was touched. */
        REFUSED
    }

    /** The leader of this epoch resigns; best successor first. */
    record ResigningRequest(UUID clusterId, ReplicaKey to, long epoch, List<ReplicaKey> successors) implements Request {
        public ResigningRequest {
            successors = List.copyOf(successors);
        }
    }

    record ResigningResponse(long epoch, ReplicaKey leader) implements Response {}

    /**
     * Orders the receiver to campaign at once.
     *
     * @param lastIndex what it must have durable
     */
    record TransferRequest(UUID clusterId, ReplicaKey to, long epoch, long lastIndex) implements Request {}

    record TransferResponse(long epoch, ReplicaKey leader, boolean accepted) implements Response {}

    /**
     * Asks the leader from which index on a read is linearizable.
     *
     * @param readId the asker's own number
     */
    record ReadIndexRequest(UUID clusterId, ReplicaKey to, long epoch, long readId) implements Request {}

    /** @param readIndex where {@code confirmed}; else 0 */
    record ReadIndexResponse(long epoch, ReplicaKey leader, long readId, boolean confirmed, long readIndex)
            implements Response {}
}
