package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState;

/** The three voters of the world, and how one of them starts. */
final class Cluster {
    static final int VOTERS = 3;
    static final int MAJORITY = 2;

    /** T. Small, since only the order of what is due at one replica matters. */
    static final long TIMEOUT = 4;

    static final long HEARTBEAT = TIMEOUT / 2;

    /**
     * Longer than any run: the commit is told by heartbeats and appends, and a message of its own for it is left out.
     */
    static final long COMMIT_DELAY = 1_000_000;

    /** The present of every clock in a canonical state. */
    static final long NOW = 1_000;

    private static final UUID CLUSTER_ID = new UUID(0xca, 1);
    /** Every timer is drawn as T + 1. Clocks are not synchronous, so that a longer one is only a slower clock. */
    private static final RandomGenerator SHORTEST = () -> 0L;

    private final Bounds bounds;

    Cluster(Bounds bounds) {
        this.bounds = bounds;
    }

    static ReplicaKey keyOf(int number) {
        return new ReplicaKey("n" + (number + 1), new UUID(0xd15c, number + 1));
    }

    static int numberOf(ReplicaKey key) {
        return key.nodeId().charAt(1) - '1';
    }

    RaftConfig configOf(int number) {
        RaftConfig usual = RaftConfig.of(CLUSTER_ID, keyOf(number), 1_000_000);
        return new RaftConfig(
                usual.clusterId(),
                usual.self(),
                TIMEOUT,
                HEARTBEAT,
                COMMIT_DELAY,
                usual.maxAppendBytes(),
                usual.maxInflightAppends(),
                usual.maxInflightBytes(),
                usual.maxUncommittedBytes(),
                usual.maxPendingReads(),
                usual.maxTailBytes(),
                isCapped(number) ? 0 : RaftConfig.PRE_VOTE_VERSION,
                bounds.has(Bound.LEASE_READS));
    }

    boolean isCapped(int number) {
        return bounds.has(Bound.OLD_PEER) && number == VOTERS - 1;
    }

    Entry bootstrap() {
        List<Configuration.Member> voters = new ArrayList<>();
        for (int number = 0; number < VOTERS; number++) {
            voters.add(new Configuration.Member(keyOf(number), "n" + (number + 1) + ":7000"));
        }
        return new Entry(1, 0, EntryKind.CONFIGURATION, 0, Configuration.ofVoters(voters).encode());
    }

    /** A core over what a crash left. */
    RaftCore coreOf(int number, long boot, HardState hardState, List<Entry> log, long now) {
        List<StoredState.EpochStart> epochs = new ArrayList<>();
        List<Entry> configurations = new ArrayList<>();
        for (Entry entry : log) {
            if (epochs.isEmpty() || epochs.getLast().epoch() < entry.epoch()) {
                epochs.add(new StoredState.EpochStart(entry.epoch(), entry.index()));
            }
            if (entry.kind() == EntryKind.CONFIGURATION) {
                configurations.add(entry);
            }
        }
        StoredState stored = new StoredState(boot, hardState, epochs, log.size(), configurations, 0);
        return new RaftCore(configOf(number), stored, SHORTEST, now);
    }

    static LogPosition endOf(List<Entry> log) {
        return new LogPosition(log.getLast().epoch(), log.getLast().index());
    }
}
