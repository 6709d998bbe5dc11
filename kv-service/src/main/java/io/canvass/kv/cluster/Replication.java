package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;

/** Writes and linearizable reads from any node: forwarded to the leader where this node does not lead. */
public interface Replication {
    /**
     * Replicates a command. Completes within {@code timeout}, whatever the cluster does, exceptionally with a {@link ReplicationException} that says whether it may have
     * happened. While no leader is known it waits for one, up to {@code timeout}, as long as nothing was handed to a leader yet.
     */
    CompletableFuture<Result> write(Command command, Duration timeout);

    /**
     * Completes, within {@code timeout}, once this node's store holds everything that was committed when the read was asked (ReadIndex), so that a
     * read of the store is then linearizable.
     */
    CompletableFuture<Void> awaitLinearizable(Duration timeout);

    /**
     * Completes, within {@code timeout}, with true once this node's store has come to a revision, with false if it has
     * not by then; exceptionally with a {@link ReplicationException} if it cannot wait here.
     */
    CompletableFuture<Boolean> awaitRevision(long revision, Duration timeout);

    /** How old what this node's store holds may be, from memory. */
    Staleness staleness();

    /**
     * The same, but where this node leads and holds a lease without asking the others: linearizable then only if clocks drift less than
     * {@code kv.read.lease.max-clock-drift}. Only where {@link #offersLeaseReads}.
     *
     * @return whether it was by lease; false where it had to be confirmed as any other read
     */
    CompletableFuture<Boolean> awaitLease(Duration timeout);

    /** Whether this node's settings allow lease reads. */
    boolean offersLeaseReads();

    /**
     * For what is answered from this node's store alone.
     *
     * @throws ReplicationException if this node was removed from its cluster, so that what it holds grows old for ever
     */
    void requireMember();

    /** What each answer says of the cluster, from memory. */
    ClusterView view();

    /** Which voters this node sees, from memory: for the explanation of a failure. */
    VotersSeen votersSeen();

    /**
     * @param contactMillis since this node heard its leader or, where it leads, since a majority answered; empty if never
     *     since its start
     * @param lag entries that are known here to be committed and that the store does not hold yet; empty while that is not
     *     known: from the start until the store holds what was committed at the first contact
     */
    record Staleness(OptionalLong contactMillis, OptionalLong lag) {}

    /**
     * @param nodeId this node
     * @param leaderId who leads, empty if nobody is known
     * @param leaderUrl the base URL of its HTTP API, empty if not known
     */
    record ClusterView(String nodeId, String leaderId, String leaderUrl, long epoch) {}

    /** @param reachable this node included */
    record VotersSeen(int all, int reachable, int needed) {}
}
