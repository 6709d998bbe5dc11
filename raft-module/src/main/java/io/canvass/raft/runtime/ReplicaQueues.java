package io.canvass.raft.runtime;

import java.util.OptionalDouble;

/**
 * What waits in a replica, as counted at the moment it was asked; each queue has a bound elsewhere (docs/architecture.md).
 *
 * @param inbox inputs that wait for the core's thread
 * @param writes of the core's that wait for the log's writer
 * @param held messages that wait for a write to be durable
 * @param proposals commands that wait for their outcome, from their proposal until they are applied
 * @param reads reads that wait for an index, or for that to be applied
 * @param apply ranges of committed entries that wait to be applied
 * @param applyBytes of those of their entries that are kept in memory
 * @param snapshotsSent snapshots that are being sent to peers
 * @param sentPart how much of the one that is sent slowest has been sent, from 0 to 1; empty if none is
 * @param takenPart how much of the one that comes in is there, from 0 to 1; empty if none is
 */
public record ReplicaQueues(
        long inbox,
        long writes,
        long held,
        long proposals,
        long reads,
        long apply,
        long applyBytes,
        long snapshotsSent,
        OptionalDouble sentPart,
        OptionalDouble takenPart) {}
