package io.canvass.raft.runtime;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;

/** Is told what happens, for logs and metrics. Called on the node's own threads: must return at once and must not throw. */
public interface RaftListener {
    /** A listener that does nothing. */
    RaftListener NONE = new RaftListener() {};

    /** One that tells all of these, in their order. */
    static RaftListener ofAll(List<RaftListener> listeners) {
        return new RaftListeners(listeners);
    }

    /**
     * The role, the epoch or the leader changed. Each change is told once, in order; epochs never fall, and an epoch has one
     * leader at most, which may be lost and known again in it. It is told of when it is elected or heard of, not when it has
     * committed.
     *
     * @param leader who can be sent requests, or {@link ReplicaKey#NONE}
     */
    default void roleChanged(RoleName role, long epoch, ReplicaKey leader) {}

    default void roundEnded(RoundSummary round) {}

    /** This replica knows of no leader any more, or learned of another; what led to that may still be to come. */
    default void electionBegan(Election election) {}

    /** A leader is known again. Told once for each that {@linkplain #electionBegan began}, unless the replica ends before. */
    default void electionEnded(Election election) {}

    /**
     * One synced batch of the log is durable.
     *
     * @param writes how many of the core's writes it held
     */
    default void synced(long nanos, int writes) {}

    /** What was handed to the log's writer is durable: the oldest of its batch waited and was written for so long. */
    default void appended(long nanos) {}

    /** The leader learned that proposals are committed: the oldest of them was appended so long ago. */
    default void committed(long nanos) {}

    /** The state machine applied some entries. */
    default void applied(long nanos, int entries) {}

    /** Reads were told from which index on they are linearizable: the oldest of those asked together waited so long for it. */
    default void readConfirmed(long nanos) {}

    /** The configuration in force is another. Told at the start, too. */
    default void membersChanged(Configuration configuration) {}

    /** Sending a snapshot to a peer ended. */
    default void snapshotSent(SnapshotEnding how) {}

    /** A snapshot that was sent to this replica is in place, or a part of it was refused. */
    default void snapshotTaken(SnapshotEnding how) {}

    /**
     * This replica was a member, and has applied a committed configuration in which it is none. It goes on without being one. Told
     * once in a run, and in the next one again if the log still shows it.
     *
     * @param index the configuration's place in the log
     * @param epoch the epoch of that place; 0 if a snapshot has brought it
     */
    default void removed(long index, long epoch) {}

    /** The replica stopped for good. */
    default void halted(String reason) {}
}
