package io.canvass.kv.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.canvass.kv.disk.FreeSpace;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Operation;

/**
 * Which writes this node refuses because a disk is nearly full: those that grow, if its own disk is low, or, on a leader, if so many
 * voters' are that the others are no majority. Deletes go on, and so do elections. From memory; thread-safe.
 */
public final class SpaceGuard {
    private final FreeSpace own;
    private volatile Optional<String> voters = Optional.empty();

    SpaceGuard(FreeSpace own) {
        this.own = own;
    }

    /**
     * Why a write is refused.
     *
     * @param why a clause
     * @param ofVoters whether it is so many voters' disks, and no node can take the write; else this node's own
     */
    record Shortage(String why, boolean ofVoters) {
        ReplicationException.Reason reason() {
            return ofVoters ? ReplicationException.Reason.READ_ONLY : ReplicationException.Reason.QUOTA_EXCEEDED;
        }
    }

    /** Why this write is refused; empty if it is not. */
    Optional<Shortage> refusalOf(Command command) {
        return grows(command)
                ? own.shortage()
                        .map(why -> new Shortage(why, false))
                        .or(() -> voters.map(why -> new Shortage(why, true)))
                : Optional.empty();
    }

    /** A write that replaces a longer value grows too: what it replaces is kept as history. */
    private static boolean grows(Command command) {
        return switch (command.getKindCase()) {
            case PUT, ADD, LEASE_GRANT, LOCK_ACQUIRE -> true;
            case TXN -> Stream.concat(command.getTxn().getThenList().stream(), command.getTxn().getOtherwiseList().stream())
                    .anyMatch(Operation::hasPut);
            // Rights are few and small, and a full disk must not be in the way of whoever takes one back.
            // Nothing of an unknown kind enters the log.
            case DELETE, DELETE_RANGE, COMPACT, LEASE_KEEP_ALIVE, LEASE_REVOKE, LEASE_EXPIRE, LOCK_RELEASE, RAISE_REVISION,
                    ROLE_PUT, ROLE_DELETE, PRINCIPAL_PUT, PRINCIPAL_DELETE, KIND_NOT_SET -> false;
        };
    }

    /** Why this node refuses by itself, whoever leads. */
    Optional<String> ownShortage() {
        return own.shortage();
    }

    /** @param shortage of the voters as their leader sees them; empty if there is none, or this node does not lead */
    void votersShort(Optional<String> shortage) {
        voters = shortage;
    }

    /** For an operator. */
    List<String> alarms() {
        List<String> alarms = new ArrayList<>(own.alarms());
        voters.ifPresent(why -> alarms.add("DISK_LOW: " + why + "; writes that grow are refused"));
        return alarms;
    }
}
