package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.Election;
import io.canvass.raft.runtime.Leadership;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.runtime.ReplicaQueues;
import io.canvass.raft.runtime.RoundOutcome;

/** What this service asks of its replica. Thread-safe; nothing here blocks but {@link #close}. */
public interface RaftAccess extends AutoCloseable {
    /**
     * Replicates a command, if this replica leads. Fails with a subtype of {@link io.canvass.raft.runtime.RaftException}, whose
     * outcome says whether the command may have been applied; any other failure counts as unknown.
     */
    CompletableFuture<Applied<Result>> propose(Bytes command);

    /**
     * Completes when this replica has applied everything that was committed when it was asked; works on any replica. Fails with
     * {@code NotLeader} where no leader is known, {@code Overloaded} or {@code Stopped}.
     */
    CompletableFuture<Long> readIndex();

    /**
     * The same, on a leader that holds a lease without asking the others; completes with whether it was by lease. Linearizable then only
     * if clocks keep to the bound.
     */
    CompletableFuture<Boolean> leaseRead();

    /** Whether this node's settings allow lease reads. */
    boolean offersLeaseReads();

    /** From memory, and cheap enough to be asked for each request. */
    Leadership leadership();

    /**
     * From memory. The age of the leader's last contact outlives changes of role: a voter that campaigns still says how long
     * ago it heard a leader.
     */
    RaftStatus status();

    /** How many rounds of votes ended in which way since the start; the counts only grow. */
    Map<RoundOutcome, Long> rounds();

    /** The last elections as this replica saw them, the oldest first, since the start; the last may be under way. From memory. */
    List<Election> elections();

    /** What waits in this replica. From memory. */
    ReplicaQueues queues();

    /** Leaves leadership if this replica has it; completes when it does not lead. */
    CompletableFuture<Void> resign();

    /**
     * Changes the members; completes with the place of the entry when it is applied here. Fails with {@code NotLeader}, {@code
     * ChangeRefused}, {@code Superseded}, {@code OutcomeUnknown}, {@code Overloaded} or {@code Stopped}.
     *
     * @param force even if no majority of those that would vote is heard from
     */
    CompletableFuture<Long> changeMembers(MemberChange change, boolean force);

    /** Why a change would be refused now; empty if it would be begun. Changes nothing. Fails with {@code NotLeader}. */
    CompletableFuture<Optional<MemberChange.Refusal>> checkChange(MemberChange change, boolean force);

    /**
     * Hands leadership to another voter; completes when another leader is known here. Fails with {@code NotLeader} or {@code
     * TransferFailed}.
     *
     * @param target a voter, or {@link ReplicaKey#NONE} for the one with the longest log
     * @param timeout above zero, at most {@link io.canvass.raft.runtime.RaftNode#MAX_TRANSFER_TIMEOUT}
     */
    CompletableFuture<Void> transfer(ReplicaKey target, Duration timeout);

    /** The latest configuration known here, which is in force, committed or not. From memory. */
    Configuration configuration();

    @Override
    void close();
}
