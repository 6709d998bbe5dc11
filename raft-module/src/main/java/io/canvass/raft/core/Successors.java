package io.canvass.raft.core;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who is to lead after this leader: of the other voters first those that answered something sent within the last T and
 * whose connection was not lost since, and of these who lacks least. A voter that died a moment ago may well have the
 * longest log.
 */
final class Successors {
    private final ReplicaState state;
    private final Replication replication;

    Successors(ReplicaState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    /** All other voters, the best first; of equals, the one that became a member first. */
    List<ReplicaKey> inOrder() {
        return ranked().map(Progress::key).toList();
    }

    /** The best of those that answer. */
    Optional<Progress> best() {
        return ranked().filter(peer -> peer.hasAnsweredSince(timeoutAgo())).findFirst();
    }

    private Stream<Progress> ranked() {
        long since = timeoutAgo();
        Comparator<Progress> worseFirst = Comparator.<Progress, Boolean>comparing(peer -> peer.hasContactSince(since))
                .thenComparingLong(Progress::match);
        return replication.peers().stream().filter(Progress::isVoter).sorted(worseFirst.reversed());
    }

    private long timeoutAgo() {
        return state.now() - state.config.electionTimeoutNanos();
    }
}
