package io.canvass.raft.exploration;

import java.util.List;
import java.util.SortedSet;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;

/**
 * One replica at one moment, with its disk and what the judges must know of its past. A value: its core is never
 * stepped, only copies of it are.
 *
 * @param clock what its own clock shows; no two replicas' clocks have to do with each other
 * @param startedAt when this life began
 * @param deadline when the core wants to be woken
 * @param durableToken what was last reported durable to the core
 * @param disk what is durable
 * @param log the log as the core knows it
 * @param writes what the disk has not done yet
 * @param granted by whom a pre-vote was granted, in an answer of the round that is open now, that arrived while it was
 * @param contact whether a leader was heard since that round began
 * @param resignedEpoch in this life, the last epoch whose leader said that it resigns; -1 before
 */
record Replica(
        ReplicaKey key,
        RaftCore core,
        long boot,
        long clock,
        long startedAt,
        long deadline,
        long durableToken,
        long applied,
        Disk disk,
        List<Entry> log,
        List<Effect.Persist> writes,
        SortedSet<String> granted,
        boolean contact,
        long resignedEpoch) {

    /** What a crash leaves. */
    record Disk(HardState state, List<Entry> log) {
        boolean holds(Entry entry) {
            return entry.index() <= log.size() && log.get((int) entry.index() - 1).equals(entry);
        }
    }

    Role role() {
        return core.role();
    }

    long epoch() {
        return core.hardState().epoch();
    }

    boolean leads() {
        return role() instanceof Role.Leader;
    }

    boolean isJustStarted() {
        return clock - startedAt < Cluster.TIMEOUT;
    }
}
