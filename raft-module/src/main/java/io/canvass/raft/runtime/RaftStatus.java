package io.canvass.raft.runtime;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;

/**
 * How a replica is, from its memory: no I/O, no quorum. Ages are in milliseconds at the moment it was asked.
 *
 * @param voter whether it is in the voter set of its own latest configuration
 * @param hasVoted whether it gave a standard vote in this epoch (role UNATTACHED with a vote is VOTED to operators)
 * @param leader who leads this epoch as far as is known, or {@link ReplicaKey#NONE}; a leader that resigned is not one
 * @param leaderContactAgeMillis a follower's time since its leader was heard, a leader's since a quorum answered; -1 if never
 * @param caughtUp whether it has applied what its leader had committed at the first contact since the start
 * @param loopAgeMillis since the core's thread last went round; it does so at least every 100 ms
 * @param stalledWriteMillis how long the oldest unfinished write waits for the disk; 0 if none
 * @param halted why the replica stopped for good; empty while it runs
 * @param refusedMessages messages that a sound peer of this cluster never sends
 * @param configuration the latest, which is in force
 * @param configurationIndex its place in the log; 0 where it was told when this replica joined
 * @param configurationCommitted whether it is committed as far as is known here
 * @param configurations all that the log holds, committed or not, and the one in force before its first entry; the latest last
 * @param removed whether this replica was a member, and has applied a committed configuration in which it is none
 * @param damaged whether it halted because what it stores is not what it stored: a restart does not help
 */
public record RaftStatus(
        UUID clusterId,
        ReplicaKey self,
        boolean voter,
        RoleName role,
        long epoch,
        boolean hasVoted,
        ReplicaKey leader,
        long leaderContactAgeMillis,
        PreVote preVote,
        Log log,
        Quorum quorum,
        List<Peer> peers,
        boolean caughtUp,
        long loopAgeMillis,
        long stalledWriteMillis,
        Optional<String> halted,
        long refusedMessages,
        Configuration configuration,
        long configurationIndex,
        boolean configurationCommitted,
        List<Configuration> configurations,
        boolean removed,
        boolean damaged) {

    /** @param roundsTotal pre-vote rounds begun since the start */
    public record PreVote(boolean enabled, boolean campaigning, long roundsTotal, Optional<LastRound> lastRound) {}

    public record LastRound(RoundSummary round, long ageMillis) {}

    public record Log(
            long firstIndex, long lastIndex, long durableIndex, long commitIndex, long appliedIndex, long snapshotIndex) {}

    /**
     * @param reachable voters, this one included, that were heard from within the election timeout
     * @param failureTolerance voters that may fail now before a majority is gone; negative when it is gone already
     */
    public record Quorum(int voters, int observers, int needed, int reachable, int failureTolerance) {}

    /**
     * @param matchIndex known only to the leader; -1 elsewhere
     * @param contactAgeMillis since a message of it arrived; -1 if never
     * @param stableMillis since its connection last changed
     * @param detail why it is not connected; empty if it is
     * @param seen who answered at its address last, with its directory id, which may be another than the member's: then nothing is sent
     *     to it. The id is unassigned while nobody has answered
     * @param minVersion the lowest protocol version that {@code seen} speaks; with {@code maxVersion} 0 as well, also: not known
     * @param maxVersion the highest
     */
    public record Peer(
            ReplicaKey key,
            String address,
            boolean voter,
            long matchIndex,
            long contactAgeMillis,
            boolean connected,
            long stableMillis,
            String detail,
            ReplicaKey seen,
            int minVersion,
            int maxVersion) {}

    /** Whether anything in this replica's log has this very replica as a member, or had it. */
    public boolean hasNamed(ReplicaKey replica) {
        return configurations.stream()
                .flatMap(configuration -> configuration.members().stream())
                .anyMatch(member -> member.key().equals(replica));
    }

    public boolean leads() {
        return role == RoleName.LEADER;
    }
}
