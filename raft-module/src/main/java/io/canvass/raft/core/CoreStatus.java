package io.canvass.raft.core;

import java.util.List;

/**
 * A replica at one moment, for health and metrics. Times are those of the inputs.
 *
 * @param leader the leader that clients may be sent to, or {@link ReplicaKey#NONE}
 * @param leaderContactNanos a follower's last contact, a leader's quorum contact; -1 if never
 * @param catchUpTarget the index that is to be applied to have caught up since the start: what the first leader heard had
 *     committed by then, or on a replica that leads first the entry that opened its epoch; -1 if it is not known yet
 * @param configurationIndex where the configuration in force stands in the log; 0 where it was told when this replica joined
 * @param removed whether this replica was a member, and by what is committed is none
 * @param peers only on a leader
 */
public record CoreStatus(
        RoleName role,
        HardState hardState,
        boolean voter,
        ReplicaKey leader,
        long leaderContactNanos,
        long preVoteRounds,
        LogPosition end,
        long durableIndex,
        long commitIndex,
        long catchUpTarget,
        Configuration configuration,
        long configurationIndex,
        boolean removed,
        List<Peer> peers,
        long logBase) {
    /** @param lastHeardNanos -1 if never in this leadership */
    public record Peer(ReplicaKey key, long matchIndex, long lastHeardNanos) {}

    public CoreStatus {
        peers = List.copyOf(peers);
    }

    static CoreStatus of(ReplicaState state, long preVoteRounds, long commitAtFirstContact) {
        long contact = state.memory().lastContactNanos();
        long caughtUpAt = commitAtFirstContact;
        List<Peer> peers = List.of();
        if (state.role() instanceof Role.Leader leader) {
            Replication replication = leader.replication();
            contact = replication.quorumContactNanos();
            caughtUpAt = caughtUpAt < 0 ? replication.ownEpochStart() : caughtUpAt;
            peers = replication.peers().stream()
                    .map(peer -> new Peer(peer.key(), peer.match(), peer.lastHeardNanos()))
                    .toList();
        }
        return new CoreStatus(
                state.role().name(),
                state.hardState(),
                state.isVoter(),
                state.leaderToUse(),
                contact,
                preVoteRounds,
                state.log.end(),
                state.log.durableIndex(),
                state.log.commitIndex(),
                caughtUpAt,
                state.configuration(),
                state.log.configurationIndex(),
                state.isRemoved(),
                peers,
                state.log.base().index());
    }
}
